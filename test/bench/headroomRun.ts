import type { HomeSpec } from '../../firmware-sim/homeSpec.ts';
import { readHome } from '../../firmware-sim/homeSpec.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { BackOffice } from '../support/backOffice.ts';
import { examplePlan, SteppedHome } from '../support/steppedHome.ts';
import { runClairvoyant } from './clairvoyant.ts';
import type { ChargingDay, Stretch } from './headroomDays.ts';
import { type LossCause, lossesOf, waitsOf } from './headroomLosses.ts';
import { HeadroomTrace, type TraceStep } from './headroomTrace.ts';
import { runNaive, runStatic } from './naive.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** The gateway is up and at rest when the car comes. */
const SETTLE_MS = 300_000;

export interface DayRuns {
  readonly day: ChargingDay;
  readonly stretch: Stretch;
  readonly loadgate: HeadroomTrace;
  readonly clairvoyant: HeadroomTrace;
  readonly naive: HeadroomTrace;
  readonly fixed: HeadroomTrace;
  /** Movements of the water heater's contactor in Loadgate's run; the others leave it off. */
  readonly heaterOperations: number;
  readonly losses: ReadonlyMap<LossCause, number>;
}

/** Four controllers, one after the other, in the same home on the same day. */
export async function runDay(day: ChargingDay, ceilingA: number, longestMs: number): Promise<DayRuns> {
  const stretch = stretchOf(day, ceilingA, longestMs);
  const clairvoyant = runClairvoyant(stretch);
  const highestA = clairvoyant.steps.reduce((most, { householdA }) => Math.max(most, householdA), 0);
  return {
    day,
    stretch,
    clairvoyant,
    naive: await runNaive(stretch),
    fixed: await runStatic(stretch, highestA),
    ...(await runLoadgate(stretch, clairvoyant.steps)),
  };
}

/** Ends when the clairvoyant's car has what it had taken in the recording: a full car would make all controllers equal. */
function stretchOf(day: ChargingDay, ceilingA: number, longestMs: number): Stretch {
  const stretch: Stretch = {
    spec: homeOn(day),
    startAtMs: day.plugInAtMs - SETTLE_MS,
    fromMs: day.plugInAtMs,
    untilMs: Math.min(day.untilMs, day.plugInAtMs + longestMs),
    ceilingA,
  };
  let takenWh = 0;
  for (const { atMs, carA, voltageV, stepMs } of runClairvoyant(stretch).steps) {
    takenWh += (carA * voltageV * stepMs) / 3_600_000;
    if (takenWh >= day.energyWh) return { ...stretch, untilMs: Math.ceil(atMs / MINUTE_MS) * MINUTE_MS };
  }
  return stretch;
}

/** The single-phase home without sun, and a car that comes and goes as recorded and never gets full. */
export function homeOn({ plugInAtMs, untilMs }: ChargingDay): HomeSpec {
  const spec = readHome('single-phase');
  const minuteOf = (atMs: number): number => (atMs / MINUTE_MS + spec.utcOffsetMinutes) % DAY_MINUTES;
  const coming = {
    batteryKwh: 100,
    initialSocPercent: 10,
    dailyDriveKwh: 0,
    plugInMinute: minuteOf(plugInAtMs),
    // A minute later, so that every controller's car is there to the end.
    plugOutMinute: minuteOf(untilMs + MINUTE_MS),
  };
  return {
    ...spec,
    generator: { ...spec.generator, scale: 0 },
    devices: spec.devices.map((device) =>
      device.kind === 'chargePoint' ? { ...device, car: { ...device.car, ...coming } } : device,
    ),
  };
}

/** The plan that comes with the product, with the ceiling as a limit agreed with the distributor. */
function planWith(ceilingA: number): SitePlan {
  const plan = examplePlan('single-phase');
  return {
    ...plan,
    circuits: plan.circuits.map((circuit) => ({ ...circuit, maximumImportLimitA: ceilingA })),
  };
}

async function runLoadgate(
  { spec, startAtMs, fromMs, untilMs, ceilingA }: Stretch,
  clairvoyant: readonly TraceStep[],
): Promise<Pick<DayRuns, 'loadgate' | 'heaterOperations' | 'losses'>> {
  const site = planWith(ceilingA);
  const home = new SteppedHome({ startAtMs, backOffice: new BackOffice(), adaptHome: () => spec, site });
  try {
    const loadgate = new HeadroomTrace(home.home.plant, ceilingA, fromMs);
    home.start();
    for (let atMs = startAtMs; atMs < untilMs; atMs += MINUTE_MS) await home.clock.advance(MINUTE_MS);
    home.home.advanceTo(untilMs);
    const losses = lossesOf({
      steps: loadgate.steps,
      clairvoyant,
      waits: waitsOf(home.store.segments(), 'charge-point'),
      marginA: site.timing.marginA,
    });
    return { loadgate, heaterOperations: home.home.heaterContact.operations, losses };
  } finally {
    home.remove();
  }
}
