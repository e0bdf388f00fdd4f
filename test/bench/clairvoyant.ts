import { Car, FOLLOWING, LEAST_PILOT_A } from '../../firmware-sim/car.ts';
import { ChargeSocket } from '../../firmware-sim/chargeSocket.ts';
import { Contact } from '../../firmware-sim/contact.ts';
import { Generator } from '../../firmware-sim/generator.ts';
import { recordedHousehold } from '../../firmware-sim/household.ts';
import { Plant } from '../../firmware-sim/plant.ts';
import { Noise } from '../../firmware-sim/random.ts';
import { WaterHeater } from '../../firmware-sim/waterHeater.ts';
import type { Stretch } from './headroomDays.ts';
import { HeadroomTrace, type TraceStep } from './headroomTrace.ts';

/** The plant's own step: what changes, changes at its end. */
export const STEP_MS = 250;
const perStep = (aPerS: number): number => (aPerS * STEP_MS) / 1_000;
const stepsAhead = (delayMs: number): number => Math.ceil(delayMs / STEP_MS);

const DEAD_STEPS = stepsAhead(FOLLOWING.deadTimeMs);
const START_STEPS = stepsAhead(FOLLOWING.startMs);
/** Chargers of cars run close to, not at, unity (chargeSocket.ts). */
const REACTIVE_SHARE = 0.05;
const ACTIVE_SHARE = Math.sqrt(1 - REACTIVE_SHARE ** 2);
/** The voltage of a minute is not known to the last bit. */
const ROUNDING_A = 0.001;

/**
 * Amps that the car may draw beside all else without the sum exceeding the ceiling. Currents of different power factors
 * add up to less than their sum, so this is a little more than the difference.
 */
export function roomBeside(
  { otherW, otherVar, voltageV }: Pick<TraceStep, 'otherW' | 'otherVar' | 'voltageV'>,
  ceilingA: number,
): number {
  const active = otherW / voltageV;
  const reactive = otherVar / voltageV;
  const along = active * ACTIVE_SHARE + reactive * REACTIVE_SHARE;
  const square = along ** 2 + ceilingA ** 2 - active ** 2 - reactive ** 2;
  return square <= 0 ? 0 : Math.max(0, Math.sqrt(square) - along);
}

/**
 * The pilot to be seen by the car at each step so that it never draws more than there is room for, and no less than
 * it must: it falls as early as its own slowness asks, and has its permission early enough to begin when there is room for 6 A.
 * @param roomA what there will be room for, by step of 250 ms
 */
export function planPilot(roomA: readonly number[], mostA: number): readonly number[] {
  const isOn = roomA.map((each) => each >= LEAST_PILOT_A);
  const mayDrawA = roomA.map((each) => Math.min(each, mostA));
  for (let step = mayDrawA.length - 2; step >= 0; step -= 1) {
    const fallA = perStep(isOn[step + 1] ? FOLLOWING.fallAPerS : FOLLOWING.pauseFallAPerS);
    mayDrawA[step] = Math.min(mayDrawA[step] as number, (mayDrawA[step + 1] as number) + fallA);
  }
  return mayDrawA.map((each, step) => {
    if (isOn[step]) return each;
    return isOn[step + START_STEPS] === true ? LEAST_PILOT_A : 0;
  });
}

/** Lives the stretch once without a car to know it, and once more with the car on the pilot that this allows. */
export function runClairvoyant(run: Stretch): HeadroomTrace {
  const dry = standHouse(run);
  dry.plant.advanceTo(run.untilMs);
  const { steps } = dry.trace;
  const mostA = dry.socket.car.spec.maximumA;
  const pilots = planPilot(roomByMinute(steps, run.ceilingA), mostA);
  const { plant, socket, trace } = standHouse(run);
  plant.advanceTo(run.fromMs - (DEAD_STEPS + START_STEPS) * STEP_MS);
  while (plant.nowMs < run.untilMs) {
    const step = Math.round((plant.nowMs - run.fromMs) / STEP_MS) + DEAD_STEPS;
    socket.showPilot(pilots[Math.max(0, step)] ?? 0, plant.nowMs);
    plant.advanceTo(plant.nowMs + STEP_MS);
  }
  return trace;
}

/** The least room of each minute: within one only the noise of the voltage moves it. */
function roomByMinute(steps: readonly TraceStep[], ceilingA: number): number[] {
  const least = new Map<number, number>();
  const minuteOf = ({ atMs }: TraceStep): number => Math.floor(atMs / 60_000);
  for (const step of steps) {
    const roomA = roomBeside(step, ceilingA) - ROUNDING_A;
    least.set(minuteOf(step), Math.min(least.get(minuteOf(step)) ?? roomA, roomA));
  }
  return steps.map((step) => least.get(minuteOf(step)) ?? 0);
}

/** The house without its devices: the pilot of the car is in our hands, the water heater is off. */
function standHouse({ spec, startAtMs, fromMs, ceilingA }: Stretch): {
  readonly plant: Plant;
  readonly socket: ChargeSocket;
  readonly trace: HeadroomTrace;
} {
  const station = spec.devices.find((device) => device.kind === 'chargePoint');
  if (station?.kind !== 'chargePoint') throw new Error('the home has no charge point');
  const socket = new ChargeSocket(station.phases, new Car(station.car, false));
  const plant = new Plant({
    startAtMs,
    utcOffsetMinutes: spec.utcOffsetMinutes,
    household: recordedHousehold(),
    householdShares: spec.householdShares,
    heater: new WaterHeater(spec.waterHeater),
    heaterContact: new Contact(),
    generator: new Generator(spec.generator),
    generatorContact: new Contact(),
    sockets: [socket],
    noise: new Noise(spec.seed),
  });
  return { plant, socket, trace: new HeadroomTrace(plant, ceilingA, fromMs) };
}
