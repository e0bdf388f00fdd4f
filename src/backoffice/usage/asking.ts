import { MOST_REQUESTED } from '../../contract/streams.ts';
import type { UtcMs } from '../../domain/instant.ts';
import { type Abandoned, type Asking, missing, type StreamStand, withAbandoned } from './rules.ts';
import { intersection, type Run, type Runs, without } from './runs.ts';

/** When what is missing is asked for. */
export const ASKING = {
  /** The loss ledger of a gateway tells of a gap within a minute or two; only then is it asked for. */
  graceMs: 180_000,
  /** A gateway answers at once, and 5,000 records at its pace take some minutes: so long it counts as busy with it. */
  busyMs: 600_000,
  /** After the first request without success, the second, and so on; after the last one it is given up. Some 16 hours in all. */
  pausesMs: [900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000],
  /** Requests under way at once, over all gateways, and one for each of them: a fleet that comes back must not all answer at once. */
  mostUnderWay: 32,
  /** Holes with fewer records between them are asked for together: some records twice cost less than many requests. */
  joinRecords: 50,
} as const;

/** How far asking has come. `due`: it may be asked for now; `spent`: asking was of no use and has to end. */
export type AskingStep = 'nothing' | 'grace' | 'due' | 'busy' | 'pause' | 'spent' | 'givenUp';

export function stepOf(stand: StreamStand, nowUtcMs: UtcMs): AskingStep {
  const { asking, missingSinceUtcMs } = stand;
  if (missingSinceUtcMs === undefined) return 'nothing';
  if (isGivenUp(stand)) return 'givenUp';
  if (asking === undefined) return hasPassed(missingSinceUtcMs, ASKING.graceMs, nowUtcMs) ? 'due' : 'grace';
  if (asking.failure === undefined && !hasPassed(asking.atUtcMs, ASKING.busyMs, nowUtcMs)) return 'busy';
  if (!hasPassed(asking.atUtcMs, pauseMs(asking), nowUtcMs)) return 'pause';
  return asking.attempts >= ASKING.pausesMs.length ? 'spent' : 'due';
}

/** Something is missing, and nothing of it is asked for any more. */
export function isGivenUp(stand: StreamStand): boolean {
  return stand.missingSinceUtcMs !== undefined && askable(stand).length === 0;
}

/** Time from a request to the next one. */
export function pauseMs({ attempts }: Asking): number {
  return ASKING.pausesMs[attempts - 1] ?? ASKING.pausesMs.at(-1) ?? 0;
}

/** What is missing and was not given up. */
function askable(stand: StreamStand): Runs {
  return stand.abandoned.length === 0 ? missing(stand) : without(missing(stand), stand.abandoned);
}

/** The next stretch to ask for: the first hole, and those that lie close behind it. */
export function nextRange(stand: StreamStand): Run | undefined {
  const [first, ...others] = askable(stand);
  if (first === undefined) return undefined;
  let { until } = first;
  for (const hole of others) {
    if (hole.from - until > ASKING.joinRecords) break;
    until = hole.until;
  }
  return { from: first.from, until: Math.min(until, first.from + MOST_REQUESTED - 1) };
}

/** The same stretch again is another attempt; a new one is the first. */
export function asked(stand: StreamStand, request: Pick<Asking, 'id' | 'range' | 'atUtcMs'>): StreamStand {
  const { asking } = stand;
  const isAgain = asking !== undefined && intersection([asking.range], [request.range]).length > 0;
  return { ...stand, asking: { ...request, attempts: isAgain ? asking.attempts + 1 : 1 } };
}

/** Asking was of no use. Where nobody answers it would be of none for the rest of the stream either. */
export function giveUp(stand: StreamStand): StreamStand {
  const { asking, ...rest } = stand;
  if (asking === undefined) return stand;
  const why = whyInVain(asking);
  const open = askable(stand);
  const runs = why.cause === 'notComing' ? intersection(open, [asking.range]) : open;
  return { ...rest, abandoned: withAbandoned(stand.abandoned, runs, why) };
}

export function whyInVain({ answer, failure }: Asking): Omit<Abandoned, keyof Run> {
  return failure ?? { cause: answer === undefined ? 'noAnswer' : 'notComing' };
}

/** The gateway does not obey the request; it says so without a signature. */
export function refuseAsking(stand: StreamStand, id: string, words: string): StreamStand {
  const { asking } = stand;
  if (asking?.id !== id) return stand;
  return { ...stand, asking: { ...asking, failure: { cause: 'refused', words } } };
}

/** Somebody wants it to be asked for anew. */
export function askAnew(stand: StreamStand): StreamStand {
  const { asking: _, ...rest } = stand;
  return { ...rest, abandoned: [] };
}

/** A clock that was set back must not put it off for longer than it would have been. */
function hasPassed(fromUtcMs: UtcMs, forMs: number, nowUtcMs: UtcMs): boolean {
  const elapsedMs = nowUtcMs - fromUtcMs;
  return elapsedMs < 0 || elapsedMs >= forMs;
}
