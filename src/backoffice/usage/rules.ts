import type { LossMessage, ManifestMessage, RangeAnswer } from '../../contract/streams.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { LossCause } from '../../domain/loss.ts';
import type { Sha256 } from '../../ports/secrets.ts';
import {
  behind,
  complement,
  count,
  holds,
  intersection,
  type Run,
  type Runs,
  union,
  withRun,
} from './runs.ts';

export interface StreamKey {
  readonly gatewayId: string;
  readonly outboxId: string;
  readonly stream: string;
}

type Manifest = Pick<ManifestMessage, 'from' | 'until' | 'count' | 'previous' | 'hash'>;

/** A request for what is missing, and what has become of it. */
export interface Asking {
  readonly id: string;
  readonly range: Run;
  readonly atUtcMs: UtcMs;
  /** Requests, this one included, since anything that was asked for came last. */
  readonly attempts: number;
  /** What the gateway has said to it: records that it sends again, and records that were on their way anyway. */
  readonly answer?: { readonly repeated: number; readonly waiting: number };
  /** Why it did not go out, or is not obeyed; by the gateway in its own words. */
  readonly failure?: { readonly cause: 'notSent' | 'refused'; readonly words: string };
}

export type GiveUpCause = 'noAnswer' | 'notComing' | 'neverGiven' | 'notSent' | 'refused';

/** Missing records that are not asked for any more. */
export interface Abandoned extends Run {
  readonly cause: GiveUpCause;
  readonly words?: string;
}

/** What the loss ledger has told of one cause. */
interface LossSum {
  readonly entries: number;
  readonly records: number;
}

/** All that is known of one stream of one gateway. Its parts are of what lies behind `settled`, so it stays small. */
export interface StreamStand extends StreamKey {
  /** Up to here everything came, or it is known why not. */
  readonly settled: number;
  readonly received: Runs;
  /** By the loss ledger of the gateway. */
  readonly lost: Runs;
  /** The gateway has it no more, and does not know why. */
  readonly gone: Runs;
  /** Entries of the loss ledger that were told. */
  readonly losses: Runs;
  /** The greatest sequence that is known to be given. */
  readonly highest: number;
  readonly counts: { readonly received: number; readonly lost: number; readonly gone: number };
  /** What a manifest vouches for, and was found to be so. */
  readonly proven: { readonly until: number; readonly hash: string };
  /** Manifests about records of which some are missing still. */
  readonly unproven: readonly Manifest[];
  /** Manifests that said something else than what came. */
  readonly contradicted: number;
  readonly lossSums: { readonly [Cause in LossCause]?: LossSum };
  /** When the gateway vouched for the stream last, by its own word. */
  readonly vouchedAt?: string;
  readonly asking?: Asking;
  readonly abandoned: readonly Abandoned[];
  /** Since when something has been missing. */
  readonly missingSinceUtcMs?: UtcMs;
}

const FIRST_HASH = '0'.repeat(64);

export function newStand(key: StreamKey): StreamStand {
  return {
    ...key,
    settled: 0,
    received: [],
    lost: [],
    gone: [],
    losses: [],
    highest: 0,
    counts: { received: 0, lost: 0, gone: 0 },
    proven: { until: 0, hash: FIRST_HASH },
    unproven: [],
    contradicted: 0,
    lossSums: {},
    abandoned: [],
  };
}

/** Whether it has come before, or was given up for good. */
export function isKnown(stand: StreamStand, sequence: number): boolean {
  return sequence <= stand.settled || holds(stand.received, sequence);
}

export function receive(stand: StreamStand, sequence: number, nowUtcMs: UtcMs): StreamStand {
  const { asking } = stand;
  const isAskedFor = asking !== undefined && holds([asking.range], sequence);
  return settle(
    {
      ...stand,
      // Asking does help.
      ...(isAskedFor && { asking: { ...asking, attempts: 1 } }),
      received: withRun(stand.received, { from: sequence, until: sequence }),
      gone: complementOf(stand.gone, sequence),
      highest: Math.max(stand.highest, sequence),
      counts: { ...stand.counts, received: stand.counts.received + 1 },
    },
    nowUtcMs,
  );
}

export function learnLoss(
  stand: StreamStand,
  { lossId, sequences, cause, count: lost = 0 }: LossMessage['losses'][number],
  nowUtcMs: UtcMs,
): StreamStand {
  if (holds(stand.losses, lossId)) return stand;
  const { entries, records } = stand.lossSums[cause] ?? { entries: 0, records: 0 };
  const told = {
    ...stand,
    losses: withRun(stand.losses, { from: lossId, until: lossId }),
    lossSums: { ...stand.lossSums, [cause]: { entries: entries + 1, records: records + lost } },
    counts: { ...stand.counts, lost: stand.counts.lost + lost },
  };
  if (sequences === undefined) return told;
  const highest = Math.max(stand.highest, sequences.until);
  return settle({ ...told, highest, lost: withRun(stand.lost, sequences) }, nowUtcMs);
}

export function learnManifest(
  stand: StreamStand,
  manifest: Manifest & Pick<ManifestMessage, 'at'>,
  nowUtcMs: UtcMs,
): StreamStand {
  if (manifest.until <= stand.proven.until) return stand;
  if (stand.unproven.some(({ until }) => until === manifest.until)) return stand;
  const unproven = [...stand.unproven, manifest].toSorted((one, other) => one.until - other.until);
  const highest = Math.max(stand.highest, manifest.until);
  return settle({ ...stand, unproven, highest, vouchedAt: manifest.at }, nowUtcMs);
}

/** What is gone is so for good; what was never given stays missing, but asking for it is of no use. */
export function learnAnswer(stand: StreamStand, answer: RangeAnswer, nowUtcMs: UtcMs): StreamStand {
  const { id, gone, repeated, waiting } = answer;
  const isGiven = gone.filter(({ cause }) => cause !== 'neverGiven');
  const highest = Math.max(stand.highest, ...isGiven.map(({ until }) => until));
  const open = missing({ ...stand, highest });
  const newly = intersection(open, isGiven);
  const never = gone.filter(({ cause }) => cause === 'neverGiven');
  const { asking } = stand;
  return settle(
    {
      ...stand,
      highest,
      ...(asking?.id === id && { asking: { ...asking, answer: { repeated, waiting } } }),
      abandoned: withAbandoned(stand.abandoned, intersection(open, never), { cause: 'neverGiven' }),
      counts: { ...stand.counts, gone: stand.counts.gone + count(newly) },
      gone: union(stand.gone, newly),
    },
    nowUtcMs,
  );
}

/** Runs that were given up before keep their cause. */
export function withAbandoned(
  abandoned: readonly Abandoned[],
  runs: Runs,
  why: Omit<Abandoned, keyof Run>,
): readonly Abandoned[] {
  const added = runs.flatMap((run) => complement(run, union([], abandoned)));
  return [...abandoned, ...added.map((run) => ({ ...run, ...why }))].toSorted(
    (one, other) => one.from - other.from,
  );
}

/** Sequences that were given and have not come, without anybody knowing why. */
export function missing({ settled, received, lost, gone, highest }: StreamStand): Runs {
  return complement({ from: settled + 1, until: highest }, union(union(received, lost), gone));
}

/**
 * Takes the oldest manifest of which nothing is missing, and looks whether it says what came.
 * @param bodiesOf SHA-256 of the bodies of what came, by sequence, in order
 */
export function prove(
  stand: StreamStand,
  bodiesOf: (range: Run) => readonly { readonly sequence: number; readonly sha256: string }[],
  sha256: Sha256,
): StreamStand {
  const [manifest] = stand.unproven;
  const isWhole = manifest !== undefined && missing(stand).every(({ from }) => from > manifest.until);
  if (!isWhole) return stand;
  const { until } = manifest;
  const from = stand.proven.until + 1;
  // What the gateway gave up after all had arrived: the answer of the broker did not.
  const bodies = bodiesOf({ from, until }).filter(({ sequence }) => !holds(stand.lost, sequence));
  const hash = bodies.reduce(
    (before, body) => sha256(`${before}\n${body.sequence}\n${body.sha256}`),
    manifest.from === from ? stand.proven.hash : manifest.previous,
  );
  // Of what is gone nobody knows the hash any more.
  const isBeyondProof = stand.gone.some((run) => run.from <= until && run.until >= from);
  const isTrue = isBeyondProof || (hash === manifest.hash && manifest.previous === stand.proven.hash);
  return {
    ...stand,
    proven: { until, hash: manifest.hash },
    lost: behind(stand.lost, Math.min(until, stand.settled)),
    gone: behind(stand.gone, Math.min(until, stand.settled)),
    unproven: stand.unproven.slice(1),
    contradicted: stand.contradicted + (isTrue ? 0 : 1),
  };
}

/** Moves the settled part on, and forgets what lies in it, and what is asked for no more. */
function settle(stand: StreamStand, nowUtcMs: UtcMs): StreamStand {
  const known = union(union(stand.received, stand.lost), stand.gone);
  const next = known.find(({ from, until }) => from <= stand.settled + 1 && until > stand.settled);
  const settled = next?.until ?? stand.settled;
  const { missingSinceUtcMs, asking, ...rest } = stand;
  const moved = {
    ...rest,
    settled,
    received: behind(stand.received, settled),
    // A manifest still asks which of them never came.
    lost: behind(stand.lost, Math.min(settled, stand.proven.until)),
    gone: behind(stand.gone, Math.min(settled, stand.proven.until)),
    abandoned: stand.abandoned.filter(({ until }) => until > settled),
  };
  const open = missing(moved);
  if (open.length === 0) return moved;
  const isAsking = asking !== undefined && intersection(open, [asking.range]).length > 0;
  return { ...moved, missingSinceUtcMs: missingSinceUtcMs ?? nowUtcMs, ...(isAsking && { asking }) };
}

function complementOf(runs: Runs, number: number): Runs {
  return runs.flatMap((run) => complement(run, [{ from: number, until: number }]));
}
