import { type Ladder, RUNG_NAMES, RUNGS, type Rung, type RungFinding } from '../domain/network.ts';
import { causeRow, NOT_REACHED } from './causes.ts';
import { judgeIdentity, judgeRoundTrip, judgeSession, judgeTcp, judgeTls } from './judgeBroker.ts';
import { judgeAddress, judgeClock, judgeDns, judgeLink, judgeRouter, judgeWan } from './judgeHome.ts';
import { type Evidence, type Observations, weigh } from './observations.ts';
import type { Verdict } from './verdict.ts';

type Judge = (seen: Observations, evidence: Evidence) => Verdict | undefined;

const JUDGES: Readonly<Record<Rung, Judge>> = {
  link: judgeLink,
  address: judgeAddress,
  router: judgeRouter,
  dns: judgeDns,
  clock: judgeClock,
  wan: judgeWan,
  brokerTcp: judgeTcp,
  tls: judgeTls,
  identity: judgeIdentity,
  session: judgeSession,
  roundTrip: judgeRoundTrip,
};

/** They need no network, so what they say stands by itself whatever is broken below. */
const LOOKED_AT_LOCALLY: readonly Rung[] = ['clock', 'identity'];
const NEEDS_NO_BROKER: readonly Rung[] = ['link', 'address', 'router', 'clock'];

/** Names the rung that broke, from what was seen. A rung that a higher one proves is never called broken. */
export function judgeLadder(seen: Observations, tookMs: number): Ladder {
  const evidence = weigh(seen);
  const findings: RungFinding[] = [];
  let lowestFailed: Rung | undefined;
  for (const rung of RUNG_NAMES) {
    const hasPlace = seen.broker !== undefined || NEEDS_NO_BROKER.includes(rung);
    const verdict = hasPlace ? JUDGES[rung](seen, evidence) : undefined;
    // What passes behind a log-in page is that page, not the broker.
    const mayStand = lowestFailed === undefined || !evidence.isCaptive;
    const finding = describe({ rung, verdict, seen, isAboveFailure: lowestFailed !== undefined, mayStand });
    findings.push(finding);
    if (finding.state === 'failed') lowestFailed ??= rung;
  }
  const { session } = seen;
  const isStanding = session?.kind === 'accepted' && session.roundTripMs !== undefined;
  const sentence = sentenceOf(seen, findings, isStanding);
  const { runningMs, utcMs } = seen.now;
  const ladder = { atUtcMs: utcMs, runningMs, tookMs, isStanding, findings, sentence };
  return lowestFailed === undefined ? ladder : { ...ladder, lowestFailed };
}

interface Judged {
  readonly rung: Rung;
  readonly verdict: Verdict | undefined;
  readonly seen: Observations;
  readonly isAboveFailure: boolean;
  /** A rung that passed above one that failed is shown as passed. */
  readonly mayStand: boolean;
}

function describe({ rung, verdict, seen, isAboveFailure, mayStand }: Judged): RungFinding {
  const { broker, tookMs } = seen;
  const base = { rung, tookMs: tookMs[rung] ?? 0 };
  const row = verdict === undefined ? undefined : causeRow(verdict.cause);
  const isKept = (row?.state === 'passed' && mayStand) || LOOKED_AT_LOCALLY.includes(rung);
  const counts = !isAboveFailure || isKept;
  if (verdict === undefined || row === undefined || !counts) {
    const cause = broker === undefined ? 'no-broker' : 'not-reached';
    const sentence = NOT_REACHED[cause];
    return {
      ...base,
      state: 'notReached',
      cause,
      sentence,
      forEngineer: sentence,
      seen: verdict?.seen ?? [],
    };
  }
  const { state, sentence, forEngineer, nextStep, responsible } = row;
  return {
    ...base,
    state,
    cause: verdict.cause,
    sentence,
    forEngineer,
    seen: verdict.seen,
    ...(nextStep === undefined ? {} : { nextStep }),
    ...(responsible === undefined ? {} : { responsible }),
  };
}

function sentenceOf(
  { broker, session }: Observations,
  findings: readonly RungFinding[],
  isStanding: boolean,
): string {
  const failed = findings.find(({ state }) => state === 'failed');
  if (failed !== undefined) {
    const where = `${RUNGS[failed.rung]}: ${failed.sentence}`;
    return isStanding ? `The connection stands, but a new one would fail. ${where}` : where;
  }
  if (broker === undefined) return NOT_REACHED['no-broker'];
  if (session?.kind !== 'accepted') return 'No rung was found broken, but no session was made either';
  return `The way to the back office stands; a round trip takes ${session.roundTripMs} ms`;
}
