import { PHASES } from './deviceSpec.ts';
import { parseFault } from './faults.ts';
import type { Home } from './home.ts';
import { type Truth, tellTruth } from './truth.ts';

export type Reply =
  | Truth
  | { readonly kind: 'done'; readonly command: string }
  | { readonly kind: 'problem'; readonly problem: string };

/** Commands that a running house takes, one JSON object each. */
const COMMANDS = [
  'truth',
  'fault',
  'clearFaults',
  'plugIn',
  'plugOut',
  'draw',
  'signal',
  'ceiling',
  'stop',
] as const;

const RATED_VOLTAGE_V = 230;

/** Obeys one line of input. A stop is only acknowledged; the caller ends the house. */
export function obey(home: Home, line: string, nowMs: number): Reply {
  const command = readObject(line);
  if (command === undefined)
    return complain(`expected one JSON object a line, found ${JSON.stringify(line)}`);
  const name = COMMANDS.find((known) => known === command.command);
  const atMs = home.advanceTo(nowMs);
  switch (name) {
    case undefined:
      return complain(`unknown command ${JSON.stringify(command.command)}; known are ${COMMANDS.join(', ')}`);
    case 'truth':
      return tellTruth(home);
    case 'fault':
      return setFault(home, command, atMs);
    case 'clearFaults':
      for (const device of Object.values(home.devices)) device.clearFaults(atMs);
      return { kind: 'done', command: name };
    case 'plugIn':
    case 'plugOut':
      return moveCar(home, name, command.device);
    case 'draw':
      return setDraw(home, command);
    case 'signal':
      return setSignal(home, command);
    case 'ceiling':
      return setCeiling(home, command);
    case 'stop':
      return { kind: 'done', command: name };
  }
}

function setFault(home: Home, command: Record<string, unknown>, atMs: number): Reply {
  const device = home.devices[String(command.device)];
  if (device === undefined) {
    const known = Object.keys(home.devices).join(', ');
    return complain(`unknown device ${JSON.stringify(command.device)}; known are ${known}`);
  }
  const parsed = parseFault(command.fault);
  if (!parsed.ok) return complain(parsed.problem);
  const refusal = device.setFault(parsed.fault, atMs);
  return refusal === undefined ? { kind: 'done', command: 'fault' } : complain(refusal);
}

/** Without a device the first charge point is meant. */
function moveCar(home: Home, name: 'plugIn' | 'plugOut', deviceId: unknown): Reply {
  const chargePoint =
    deviceId === undefined
      ? home.chargePoints[0]
      : home.chargePoints.find((known) => known.deviceId === deviceId);
  if (chargePoint === undefined) {
    const known = home.chargePoints.map((one) => one.deviceId).join(', ');
    return complain(`unknown charge point ${JSON.stringify(deviceId)}; known are ${known}`);
  }
  if (name === 'plugIn') chargePoint.socket.car.plugIn();
  else chargePoint.socket.car.plugOut();
  return { kind: 'done', command: name };
}

/** What the household draws beside the recording; at 230 V, as an appliance is rated. */
function setDraw(home: Home, { phase, currentA }: Record<string, unknown>): Reply {
  const known: readonly string[] = PHASES.slice(0, home.plant.phaseCount);
  const index = known.indexOf(String(phase));
  if (index < 0)
    return complain(`draw needs a "phase" of ${known.join(', ')}, found ${JSON.stringify(phase)}`);
  if (typeof currentA !== 'number' || !(currentA >= 0)) {
    return complain(`draw needs "currentA" of at least 0, found ${JSON.stringify(currentA)}`);
  }
  home.plant.drawBesides(index, currentA * RATED_VOLTAGE_V);
  return { kind: 'done', command: 'draw' };
}

/** Sets the wire on an input of a relay board. */
function setSignal(home: Home, { device, input, isActive }: Record<string, unknown>): Reply {
  const inputs = home.signals[String(device)];
  if (inputs === undefined) {
    const known = Object.keys(home.signals).join(', ');
    return complain(`unknown relay board ${JSON.stringify(device)}; known are ${known}`);
  }
  const wire = typeof input === 'number' ? inputs[input - 1] : undefined;
  if (wire === undefined) {
    return complain(`signal needs an "input" from 1 to ${inputs.length}, found ${JSON.stringify(input)}`);
  }
  if (typeof isActive !== 'boolean') {
    return complain(`signal needs "isActive" of true or false, found ${JSON.stringify(isActive)}`);
  }
  wire.isActive = isActive;
  return { kind: 'done', command: 'signal' };
}

/** A ceiling of null takes the ceiling away. */
function setCeiling(home: Home, { direction, ceilingA }: Record<string, unknown>): Reply {
  if (direction !== 'import' && direction !== 'export') {
    return complain(`ceiling needs a "direction" of import or export, found ${JSON.stringify(direction)}`);
  }
  if (ceilingA !== null && !(typeof ceilingA === 'number' && ceilingA >= 0)) {
    return complain(`ceiling needs "ceilingA" of at least 0, or null, found ${JSON.stringify(ceilingA)}`);
  }
  home.ledger.setCeiling(direction, ceilingA ?? undefined);
  return { kind: 'done', command: 'ceiling' };
}

function readObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function complain(problem: string): Reply {
  return { kind: 'problem', problem };
}
