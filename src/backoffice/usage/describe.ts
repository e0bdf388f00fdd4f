import type { StreamReport } from '../../contract/desk.ts';
import { iso, type UtcMs } from '../../domain/instant.ts';
import { ASKING, pauseMs, stepOf, whyInVain } from './asking.ts';
import { type Abandoned, type Asking, type GiveUpCause, missing, type StreamStand } from './rules.ts';
import { count } from './runs.ts';

/** What else bears on whether it is asked for. */
export interface AskingScene {
  readonly nowUtcMs: UtcMs;
  readonly hasKey: boolean;
  readonly isBrokerThere: boolean;
  readonly isGatewayThere: boolean;
}

type AskingReport = StreamReport['asking'];

const SHOWN_RANGES = 10;

export function reportOf(stand: StreamStand, scene: AskingScene): StreamReport {
  const { outboxId, stream, counts, highest, proven, contradicted, lossSums, vouchedAt } = stand;
  const open = missing(stand);
  return {
    outboxId,
    stream,
    ...counts,
    losses: Object.entries(lossSums).map(([cause, sum]) => ({ cause, ...sum })),
    missing: count(open),
    missingRanges: open.slice(0, SHOWN_RANGES).map((run) => ({ ...run })),
    ...(stand.missingSinceUtcMs === undefined ? {} : { missingSince: iso(stand.missingSinceUtcMs) }),
    asking: describeAsking(stand, scene),
    highest,
    provenUntil: proven.until,
    ...(vouchedAt === undefined ? {} : { manifestAt: vouchedAt }),
    contradicted,
  };
}

function describeAsking(stand: StreamStand, scene: AskingScene): AskingReport {
  const step = stepOf(stand, scene.nowUtcMs);
  const { asking } = stand;
  const told = {
    attempts: asking?.attempts ?? 0,
    ...(asking === undefined ? {} : { askedAt: iso(asking.atUtcMs) }),
  };
  if (step === 'nothing') return { state: 'nothing', ...told, sentence: 'Nothing is missing.' };
  if (step === 'givenUp') return { state: 'givenUp', ...told, sentence: whyGivenUp(stand) };
  if (!scene.hasKey) {
    const sentence = 'Not asked for: this desk has no key of its own (backOfficeKey in its settings).';
    return { state: 'noKey', ...told, sentence };
  }
  if (step === 'busy' && asking !== undefined) {
    return { state: 'asked', ...told, sentence: `${sentenceOf(asking)}; ${answerOf(asking)}.` };
  }
  if (!scene.isBrokerThere || !scene.isGatewayThere) {
    const who = scene.isBrokerThere ? 'gateway' : 'broker';
    return { state: 'away', ...told, sentence: `Asked for when the ${who} is there again.` };
  }
  if (step === 'grace') {
    const sentence = 'Asked for in a moment, unless the loss ledger of the gateway explains it.';
    return { state: 'grace', ...told, sentence };
  }
  if (asking === undefined || step !== 'pause') {
    return { state: 'due', ...told, sentence: 'Asked for in its turn.' };
  }
  const nextAt = iso(asking.atUtcMs + pauseMs(asking));
  const so = causeOf(whyInVain(asking));
  const sentence = `Request ${asking.attempts} of ${ASKING.pausesMs.length} was without success, since ${so}.`;
  return { state: 'pause', ...told, nextAt, sentence };
}

const CAUSES: Readonly<Record<GiveUpCause, string>> = {
  noAnswer:
    'the gateway does not answer; look whether its trust bundle holds the key of this desk with the role backOffice',
  notComing: 'the gateway sends them, and they do not come; look at the limits and the rights of the broker',
  neverGiven:
    'the gateway says that it never gave these numbers; it may have been put back to an earlier state',
  notSent: 'the request does not go out; look at the broker and at the log of this desk',
  refused: 'the gateway refuses the request',
};

function causeOf({ cause, words }: Pick<Abandoned, 'cause' | 'words'>): string {
  return words === undefined ? CAUSES[cause] : `${CAUSES[cause]} (${words})`;
}

function whyGivenUp({ abandoned }: StreamStand): string {
  return `Given up: ${[...new Set(abandoned.map(causeOf))].join('; ')}.`;
}

function sentenceOf({ range: { from, until }, attempts }: Asking): string {
  const again = attempts === 1 ? '' : `, request ${attempts} of ${ASKING.pausesMs.length}`;
  return `Asked for ${from === until ? from : `${from} to ${until}`}${again}`;
}

function answerOf({ answer }: Asking): string {
  if (answer === undefined) return 'the gateway has not answered yet';
  return `the gateway sends ${answer.repeated} of them again, and ${answer.waiting} were on their way`;
}
