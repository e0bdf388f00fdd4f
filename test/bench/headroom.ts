import { recordedHousehold } from '../../firmware-sim/household.ts';
import { eventfulDays } from './headroomDays.ts';
import { type DayRuns, runDay } from './headroomRun.ts';
import { energyWh, excursionsOf, type HeadroomTrace, movesOf, unavoidableMs } from './headroomTrace.ts';
import type { Figure, Measurement } from './report.ts';

/** Agreed with the distributor: with a car of up to 32 A it binds for hours. */
const CEILING_A = 40;
const LEAST_SHARE_PERCENT = 97;
/** How often the meter is read by its profile. */
const SAMPLE_MS = 1_000;
const HOUR_MS = 3_600_000;
const FULL = { days: 5, longestMs: 10 * HOUR_MS };
const SHORT = { days: 1, longestMs: HOUR_MS / 3 };

/** Shown in the place of a target. */
const NOT_JUDGED = `the headroom used has no target here: in the first ${SHORT.longestMs / 60_000} minutes of one evening the start weighs far more than on a day; the full run asks for ${LEAST_SHARE_PERCENT} %`;

type ControllerName = 'loadgate' | 'clairvoyant' | 'naive' | 'fixed';

const CONTROLLERS: readonly { readonly name: ControllerName; readonly title: string }[] = [
  { name: 'clairvoyant', title: 'clairvoyant' },
  { name: 'loadgate', title: 'Loadgate' },
  { name: 'naive', title: 'naive, 30 s' },
  { name: 'fixed', title: 'static limit' },
];

/** How one controller did, over one day or several. */
interface Outcome {
  readonly energyWh: number;
  readonly secondsAbove: number;
  readonly longestS: number;
  /** By the plant's ledger: the household alone would have met the ceiling. */
  readonly longestAvoidableS: number;
  readonly excursions: number;
  /** Longer than any controller that samples needs. */
  readonly beyondUnavoidable: number;
  readonly changes: number;
  readonly operations: number;
}

/** How much of the headroom a car gets on recorded days, beside a scheduler that knows the future and two that are simple. */
export async function measureHeadroom(isShort: boolean): Promise<Measurement> {
  const { days, longestMs } = isShort ? SHORT : FULL;
  const runs: DayRuns[] = [];
  for (const day of eventfulDays(recordedHousehold(), days))
    runs.push(await runDay(day, CEILING_A, longestMs));
  const hours = runs.reduce((sum, { stretch }) => sum + stretch.untilMs - stretch.fromMs, 0) / HOUR_MS;
  const outcomes = new Map(
    CONTROLLERS.map(({ name }) => [name, together(runs.map((run) => outcomeOf(run[name])))]),
  );
  const of = (name: ControllerName): Outcome => outcomes.get(name) ?? together([]);
  const shareOf = (name: ControllerName): number => (100 * of(name).energyWh) / of('clairvoyant').energyWh;
  const shares = runs.map(
    ({ loadgate, clairvoyant }) => (100 * energyWh(loadgate.steps)) / energyWh(clairvoyant.steps),
  );
  const figure = (name: string, gateway: number, unit: string, rest: Partial<Figure> = {}): Figure => ({
    name,
    unit,
    gateway,
    ...rest,
  });
  const target = isShort ? {} : { least: LEAST_SHARE_PERCENT };
  const { beyondUnavoidable, longestS, secondsAbove, changes, operations } = of('loadgate');
  const heaterOperations = runs.reduce((sum, run) => sum + run.heaterOperations, 0);
  return {
    ok: true,
    title: 'headroom',
    figures: [
      figure('headroom used by the car, of a clairvoyant', shareOf('loadgate'), '%', target),
      figure('the same on the worst day', Math.min(...shares), '%', target),
      figure('excursions beyond the unavoidable', beyondUnavoidable, '', { target: 0 }),
      figure('longest excursion', longestS, 's'),
      figure('time above the ceiling, per hour', secondsAbove / hours, 's'),
      figure('set-point changes per hour', changes / hours, ''),
      figure('starts and stops of the car per hour', operations / hours, ''),
      figure("the water heater's contactor per hour", heaterOperations / hours, ''),
    ],
    notes: [
      `${runs.length} recorded ${runs.length === 1 ? 'evening' : 'days'}, ${hours.toFixed(1)} h, under ${CEILING_A} A; the ceiling binds ${bindingPercent(runs).toFixed(0)} % of the time; by day ${runs.map(({ stretch }, index) => `${new Date(stretch.fromMs).toISOString().slice(0, 10)} ${(shares[index] ?? 0).toFixed(2)} %`).join(', ')}`,
      ...CONTROLLERS.map(({ name, title }) => describe(title, of(name), shareOf(name), hours)),
      `what Loadgate's car lacks of the clairvoyant's: ${describeLosses(runs, of('clairvoyant').energyWh)}`,
      ...(isShort ? [NOT_JUDGED] : []),
    ],
  };
}

function outcomeOf({ steps, ledger }: HeadroomTrace): Outcome {
  const [record] = ledger.excursions('import');
  const excursions = excursionsOf(steps, CEILING_A);
  return {
    energyWh: energyWh(steps),
    secondsAbove: record?.secondsAbove ?? 0,
    longestS: record?.longestExcursionS ?? 0,
    longestAvoidableS: record?.longestAvoidableExcursionS ?? 0,
    excursions: excursions.length,
    beyondUnavoidable: excursions.filter(
      (excursion) => excursion.avoidableMs > unavoidableMs(excursion, CEILING_A, SAMPLE_MS),
    ).length,
    ...movesOf(steps),
  };
}

function together(outcomes: readonly Outcome[]): Outcome {
  const sum = (value: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + value(outcome), 0);
  const most = (value: (outcome: Outcome) => number): number => Math.max(0, ...outcomes.map(value));
  return {
    energyWh: sum((outcome) => outcome.energyWh),
    secondsAbove: sum((outcome) => outcome.secondsAbove),
    longestS: most((outcome) => outcome.longestS),
    longestAvoidableS: most((outcome) => outcome.longestAvoidableS),
    excursions: sum((outcome) => outcome.excursions),
    beyondUnavoidable: sum((outcome) => outcome.beyondUnavoidable),
    changes: sum((outcome) => outcome.changes),
    operations: sum((outcome) => outcome.operations),
  };
}

/** Time in which the household leaves less than the car could take. */
function bindingPercent(runs: readonly DayRuns[]): number {
  let boundMs = 0;
  let allMs = 0;
  for (const { clairvoyant, stretch } of runs) {
    const station = stretch.spec.devices.find((device) => device.kind === 'chargePoint');
    const mostA = station?.kind === 'chargePoint' ? station.car.maximumA : 0;
    for (const { householdA, stepMs } of clairvoyant.steps) {
      allMs += stepMs;
      if (householdA > CEILING_A - mostA) boundMs += stepMs;
    }
  }
  return (100 * boundMs) / allMs;
}

function describe(title: string, outcome: Outcome, sharePercent: number, hours: number): string {
  const { secondsAbove, longestS, longestAvoidableS, excursions, beyondUnavoidable, changes, operations } =
    outcome;
  return [
    `${title}: ${(outcome.energyWh / 1000).toFixed(2)} kWh into the car (${sharePercent.toFixed(2)} %)`,
    `${secondsAbove.toFixed(0)} s above the ceiling in ${excursions} excursions, the longest ${longestS.toFixed(1)} s, avoidable for up to ${longestAvoidableS.toFixed(1)} s, ${beyondUnavoidable} beyond the unavoidable`,
    `${(changes / hours).toFixed(1)} set-point changes and ${(operations / hours).toFixed(2)} starts and stops an hour`,
  ].join('; ');
}

function describeLosses(runs: readonly DayRuns[], clairvoyantWh: number): string {
  const lostWh = new Map<string, number>();
  for (const { losses } of runs) {
    for (const [cause, wh] of losses) lostWh.set(cause, (lostWh.get(cause) ?? 0) + wh);
  }
  return [...lostWh]
    .sort(([, one], [, other]) => other - one)
    .map(([cause, wh]) => `${cause} ${((100 * wh) / clairvoyantWh).toFixed(2)} %`)
    .join(', ');
}
