import { FAULTS } from '../../src/domain/faults.ts';
import { RANKS } from '../../src/domain/limit.ts';
import type { Reason } from '../../src/domain/reason.ts';
import type { Bounds, Conditions, EventMeant, Expectation } from './conditionSchema.ts';
import { doubtsOverTime, isEventMeant } from './judgeOverTime.ts';
import { type Observation, type Scheme, type Slot, sourcesInForce } from './observation.ts';

/**
 * How long a step may come late before nothing can be said of what follows it. What is expected counts from
 * the moment at which the last step before it was really taken.
 */
const LATEST_STEP_S = 8;

export interface TakenStep {
  readonly atS: number;
  readonly takenAtS: number;
}

/**
 * What was not as expected, one sentence each.
 * An interval goes from fromS + withinS to just before untilS.
 */
export function judge(
  expectations: readonly Expectation[],
  observations: readonly Observation[],
  taken: readonly TakenStep[],
): readonly string[] {
  const late = taken.filter(({ atS, takenAtS }) => takenAtS - atS > LATEST_STEP_S);
  const tooLate = late.map(
    ({ atS, takenAtS }) =>
      `the step at ${atS} s was taken at ${takenAtS.toFixed(1)} s: this machine is too busy`,
  );
  return [
    ...tooLate,
    ...causelessCommands(observations),
    ...expectations.flatMap((expectation) => judgeOne(expectation, observations, taken)),
  ];
}

function judgeOne(
  expectation: Expectation,
  observations: readonly Observation[],
  taken: readonly TakenStep[],
): readonly string[] {
  const { says, fromS, withinS, untilS, how, expect } = expectation;
  const before = taken.filter(({ atS }) => atS <= fromS).at(-1);
  const lateS = before === undefined ? 0 : Math.max(0, before.takenAtS - before.atS);
  const firstS = fromS + withinS + lateS;
  // What is expected until a step is not expected after it, however late the one before it came.
  const next = taken.find(({ atS }) => atS >= untilS);
  const endS = Math.min(untilS + lateS, next?.takenAtS ?? Number.POSITIVE_INFINITY);
  const looks = observations
    .map((observation, index) => ({ observation, before: observations[index - 1] }))
    .filter(({ observation: { atS } }) => atS >= firstS && atS < endS);
  const interval = `from ${(fromS + withinS).toFixed(0)} s to ${untilS} s`;
  if (looks.length === 0) return [`${says}: nothing was looked at ${interval}`];
  const overTime = doubtsOverTime(
    expect,
    looks.map(({ observation }) => observation),
  );
  if (overTime !== undefined) return overTime.map((doubt) => `${says}: ${doubt} ${interval}`);
  const found = looks.map((look) => ({ atS: look.observation.atS, doubts: doubtsAbout(expect, look) }));
  if (how === 'once') {
    if (found.some(({ doubts }) => doubts.length === 0)) return [];
    return [`${says}: not once ${interval}; at the end ${found.at(-1)?.doubts.join(', ')}`];
  }
  const wrong = found.filter(({ doubts }) => doubts.length > 0);
  const [first] = wrong;
  if (first === undefined) return [];
  const count = `${wrong.length} of ${found.length} looks`;
  return [`${says}: ${interval}, first at ${first.atS.toFixed(1)} s ${first.doubts.join(', ')} (${count})`];
}

interface Look {
  readonly observation: Observation;
  readonly before: Observation | undefined;
}

/** Why a look does not fit the conditions; nothing when it does. */
function doubtsAbout(conditions: Conditions, { observation, before }: Look): readonly string[] {
  const { judgement } = observation;
  const doubts: string[] = [];
  for (const quantity of ['importA', 'exportA', 'carA', 'generatorA'] as const) {
    doubts.push(...outside(quantity, observation[quantity], conditions[quantity]));
  }
  const expectSame = (what: string, expected: string | undefined, found: string | undefined): void => {
    if (expected !== undefined && found !== expected)
      doubts.push(`${what} is ${found ?? 'not told'}, not ${expected}`);
  };
  expectSame('water heater', conditions.waterHeater, observation.waterHeater);
  expectSame('generator', conditions.generator, observation.generator);
  expectSame('posture', conditions.posture, judgement?.posture);
  const told = judgement?.isConnected;
  const broker = told === undefined ? undefined : told ? 'connected' : 'gone';
  expectSame('broker', conditions.broker, broker);
  const { reason, fault, inForce, notInForce, event, noEvent, commanded } = conditions;
  doubts.push(...doubtsAboutSetPoint(conditions.setPoint, observation));
  doubts.push(...doubtsAboutSlots(conditions, judgement?.slots));
  doubts.push(...doubtsAboutScheme(conditions.scheme, judgement?.schemes));
  if (reason !== undefined && !judgement?.reasons.some((told) => isMeant(reason, told))) {
    doubts.push(`no reason is ${JSON.stringify(reason)}, only ${reasonsIn(observation)}`);
  }
  if (
    fault !== undefined &&
    !judgement?.faults.some(({ code, subject }) => subject === fault.subject && (fault.code ?? code) === code)
  ) {
    doubts.push(`no fault ${fault.code ?? ''} of ${fault.subject}`);
  }
  const sources = judgement === undefined ? undefined : sourcesInForce(judgement);
  if (inForce !== undefined && !sources?.includes(inForce)) doubts.push(`no ${inForce} is in force`);
  if (notInForce !== undefined && sources?.includes(notInForce) !== false) {
    doubts.push(`${notInForce} is in force, or nobody says that it is not`);
  }
  if (event !== undefined && !observation.events.some((one) => isEventMeant(event, one)))
    doubts.push(`no event ${wordsOf(event)}`);
  const unwanted = observation.events.find((one) => noEvent !== undefined && isEventMeant(noEvent, one));
  if (unwanted !== undefined) doubts.push(`an event ${wordsOf(unwanted)}`);
  if (commanded !== undefined) {
    const key = `${commanded.effect}:${commanded.cause}`;
    if (commandsLike(key, observation) <= commandsLike(key, before)) doubts.push(`no command ${key}`);
  }
  if (
    conditions.widens === false &&
    commandsLike('widening:', observation) > commandsLike('widening:', before)
  )
    doubts.push('a load was widened');
  return doubts;
}

function wordsOf(event: EventMeant): string {
  return typeof event === 'string' ? event : JSON.stringify(event);
}

function doubtsAboutSetPoint(meant: Conditions['setPoint'], { judgement }: Observation): readonly string[] {
  if (meant === undefined) return [];
  const { load, is } = meant;
  const found = judgement?.setPoints[load];
  if (typeof is === 'string' || typeof found !== 'number') {
    return found === is ? [] : [`${load} was told ${found ?? 'nothing'}, not ${JSON.stringify(is)}`];
  }
  return outside(`what ${load} was told`, found, is);
}

function doubtsAboutSlots({ slot, noSlot }: Conditions, slots: readonly Slot[] | undefined): string[] {
  const isLike = (meant: object, found: Slot): boolean =>
    Object.entries(meant).every(([field, value]) => Reflect.get(found, field) === value);
  const doubts: string[] = [];
  if (slot !== undefined && !slots?.some((found) => isLike(slot, found)))
    doubts.push(`no limit is ${JSON.stringify(slot)}`);
  if (noSlot !== undefined && slots?.some((found) => isLike(noSlot, found)) !== false)
    doubts.push(`a limit is ${JSON.stringify(noSlot)}, or nobody says that none is`);
  return doubts;
}

/** A scheme that nobody speaks of is in State 1 and has nothing on its record. */
function doubtsAboutScheme(
  meant: Conditions['scheme'],
  schemes: readonly Scheme[] | undefined,
): readonly string[] {
  if (meant === undefined) return [];
  if (schemes === undefined) return ['nobody speaks of the limitation scheme'];
  const clean: Scheme = {
    direction: meant.direction,
    state: 1,
    counted: 0,
    lockOuts: 0,
    mayHouseholderReset: true,
  };
  const found = schemes.find(({ direction }) => direction === meant.direction) ?? clean;
  return Object.entries(meant)
    .filter(([field, value]) => Reflect.get(found, field) !== value)
    .map(([field, value]) => `${field} of the scheme is ${Reflect.get(found, field)}, not ${value}`);
}

function outside(quantity: string, foundA: number, bounds: Bounds | undefined): readonly string[] {
  const { atMost = Number.POSITIVE_INFINITY, atLeast = 0 } = bounds ?? {};
  if (foundA >= atLeast && foundA <= atMost) return [];
  const expected = foundA > atMost ? `at most ${atMost}` : `at least ${atLeast}`;
  return [`${quantity} is ${foundA.toFixed(2)}, not ${expected}`];
}

function isMeant(
  meant: NonNullable<Conditions['reason']>,
  { loadId, reason }: { readonly loadId: string; readonly reason: Reason },
): boolean {
  if (meant.load !== undefined && meant.load !== loadId) return false;
  return 'source' in meant
    ? reason.kind === 'limit' &&
        reason.source === meant.source &&
        (meant.ceiling ?? reason.ceiling) === reason.ceiling
    : reason.kind === 'fault' &&
        reason.subject === meant.subject &&
        (meant.fault ?? reason.code) === reason.code;
}

function reasonsIn({ judgement }: Observation): string {
  const told = judgement?.reasons.map(({ loadId, reason }) =>
    reason.kind === 'limit'
      ? `${loadId}: ${reason.source} of ${reason.ceiling}`
      : `${loadId}: ${reason.code} of ${reason.subject}`,
  );
  return told?.join('; ') ?? 'nobody judges';
}

/** Commands of the present life, which counts from nothing. */
function commandsLike(start: string, observation: Observation | undefined): number {
  const commands = Object.entries(observation?.judgement?.commands ?? {});
  return commands.reduce((sum, [key, count]) => sum + (key.startsWith(start) ? count : 0), 0);
}

/** Holds in every story: a command names the source of a limit or a fault from the table. */
function causelessCommands(observations: readonly Observation[]): readonly string[] {
  const keys = observations.flatMap(({ judgement }) => Object.keys(judgement?.commands ?? {}));
  return [...new Set(keys)]
    .filter((key) => {
      const cause = key.slice(key.indexOf(':') + 1);
      return !(cause in RANKS) && !(cause in FAULTS);
    })
    .map((key) => `a command has no cause that the tables know: ${key}`);
}
