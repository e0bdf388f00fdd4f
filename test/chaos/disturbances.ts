import type { Fault } from '../../firmware-sim/faults.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { sleep } from '../support/processes/waiting.ts';

/** Everything between two values, drawn at random from a seed. */
export interface Dice {
  wholeBetween(least: number, most: number): number;
  oneOf<T>(choices: readonly [T, ...T[]]): T;
}

export function diceOf(random: () => number): Dice {
  const wholeBetween = (least: number, most: number): number =>
    least + Math.floor(random() * (most - least + 1));
  return {
    wholeBetween,
    oneOf: (choices) => choices[wholeBetween(0, choices.length - 1)] ?? choices[0],
  };
}

/** Longest time that a fault of a device or the absence of a process lasts. */
const LONGEST_MS = 6_000;
const LONGEST_AWAY_MS = 3_000;

const SERIAL_DEVICES = ['grid-meter', 'immersion-meter', 'relay'] as const;

type Disturbance =
  | { readonly what: 'gateway killed'; readonly forMs: number }
  | { readonly what: 'fault'; readonly device: string; readonly fault: Fault; readonly forMs: number };

/** One in six kills the gateway, the others are a fault knob of one device. */
export function drawDisturbance(dice: Dice): Disturbance {
  if (dice.wholeBetween(1, 6) === 1) {
    return { what: 'gateway killed', forMs: dice.wholeBetween(500, LONGEST_AWAY_MS) };
  }
  const device = dice.oneOf([...SERIAL_DEVICES, 'charge-point']);
  return { what: 'fault', device, fault: drawFault(dice, device), forMs: dice.wholeBetween(500, LONGEST_MS) };
}

function drawFault(dice: Dice, device: string): Fault {
  const forSome = dice.wholeBetween(0, 1) === 0 ? {} : { forRequests: dice.wholeBetween(1, 5) };
  const common: readonly [Fault, ...Fault[]] = [
    { kind: 'silence', ...forSome },
    { kind: 'delay', delayMs: dice.wholeBetween(50, 3_000), ...forSome },
    { kind: 'shortFrame', ...forSome },
    { kind: 'exception', code: dice.wholeBetween(1, 6), ...forSome },
    { kind: 'wrongUnit', ...forSome },
    { kind: 'frozen', ...forSome },
    { kind: 'reboot' },
    device === 'charge-point' ? { kind: 'wrongTransaction', ...forSome } : { kind: 'badCrc', ...forSome },
  ];
  if (device !== 'relay') return dice.oneOf(common);
  return dice.oneOf([...common, { kind: 'stuckContact', channel: dice.wholeBetween(1, 2) }]);
}

/** Lets it happen to a home and undoes it. */
export async function disturb(home: HomeUnderTest, disturbance: Disturbance): Promise<void> {
  if (disturbance.what === 'gateway killed') {
    await home.gateway.kill();
    await sleep(disturbance.forMs);
    home.gateway.launch();
    return;
  }
  await home.house.fault(disturbance.device, disturbance.fault);
  await sleep(disturbance.forMs);
  await home.house.clearFaults();
}
