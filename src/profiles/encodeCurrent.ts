import type { CommandEffect } from '../domain/command.ts';
import { allow, asWrites, type Encoded, refuse, type Write } from './allow.ts';
import { encodeValue, floorToStep } from './encodeValue.ts';
import type { ProfileData } from './profileSchema.ts';
import { exactly, scaleOfUnit } from './units.ts';

type ChargeCurrentCommand = NonNullable<ProfileData['commands']['setChargeCurrent']>;

/**
 * A charging current. 0 and all below the least current: `pause` first, which stops, then 0 where the register takes it.
 * Otherwise the set-point, and `resume` behind it only when it widens: nothing else may begin a charge.
 */
export function encodeChargeCurrent(
  data: ProfileData,
  command: ChargeCurrentCommand,
  asked: { readonly currentA: number; readonly effect: CommandEffect },
): Encoded {
  const { currentA, effect } = asked;
  if (!Number.isFinite(currentA) || currentA < 0)
    return refuse(`a charging current of ${currentA} A is not possible`);
  const cutA = Math.min(currentA, command.maximumA);
  // Watts need no step in amps: the register's own step is the finer one.
  const steppedA = command.perAmp === undefined ? floorToStep(cutA, command.stepA) : cutA;
  if (steppedA < command.minimumA || steppedA === 0) {
    const pause = asWrites(command.pause ?? []);
    const zero = command.zeroMeans === 'paused' ? [setpoint(data, command, 0)] : [];
    return allow(data, [...pause, ...zero]);
  }
  const resume = effect === 'widening' ? asWrites(command.resume ?? []) : [];
  return allow(data, [setpoint(data, command, steppedA), ...resume]);
}

function setpoint(data: ProfileData, command: ChargeCurrentCommand, currentA: number): Write {
  const { model, occurrence, address, type = 'u16', wordOrder = data.wordOrder, perAmp = 1 } = command;
  const format = { type, wordOrder, scale: scaleOfUnit(command.unit) };
  const values = encodeValue(format, exactly(currentA * perAmp))?.words ?? [];
  return { functionCode: command.function, model, occurrence, address, values };
}
