import type { CommandEffect } from '../domain/command.ts';
import { allow, asWrites, type Encoded, refuse } from './allow.ts';
import { encodeValue } from './encodeValue.ts';
import { type Known, knownNumber } from './known.ts';
import type { ProfileData } from './profileSchema.ts';
import { exactly, scaleOfUnit } from './units.ts';

type SignedPowerCommand = NonNullable<ProfileData['commands']['setSignedPower']>;

/** Both sides of a bidirectional charge point, with the new wish for one of them taken in. */
export interface Sides {
  /** Absent: not limited. */
  readonly chargeCurrentA: number | undefined;
  readonly powerLimitW: number | undefined;
}

/**
 * One signed power for both directions. The device has its own will while neither side is limited, and while power
 * flows in the direction that is not; otherwise control is taken and the set-point follows the direction in which
 * power flows now. `start` is sent when a command widens, or
 * while power flows anyway: a narrowing begins nothing.
 */
export function encodeSignedPower(
  data: ProfileData,
  command: SignedPowerCommand,
  asked: { readonly sides: Sides; readonly effect: CommandEffect; readonly known: Known },
): Encoded {
  const { sides, effect, known } = asked;
  for (const side of [sides.chargeCurrentA ?? 0, sides.powerLimitW ?? 0]) {
    if (!Number.isFinite(side) || side < 0) return refuse(`a limit of ${side} is not possible`);
  }
  const chargeW = exactly((sides.chargeCurrentA ?? Number.POSITIVE_INFINITY) * command.perAmp);
  const dischargeW = sides.powerLimitW ?? Number.POSITIVE_INFINITY;
  const flowingW = knownNumber(data, 'totalPowerW', known) ?? 0;
  const isChargeFree = chargeW >= command.chargeMaximumW;
  const isDischargeFree = dischargeW >= command.dischargeMaximumW;
  // A set-point of the free side would be its most: more than flows there now, for a limit of the side that is at rest.
  const isFlowFree = flowingW < 0 ? isDischargeFree : flowingW > 0 && isChargeFree;
  if (isFlowFree || (isChargeFree && isDischargeFree)) return allow(data, asWrites(command.handBack));
  const wantedW =
    flowingW < 0
      ? -Math.min(dischargeW, command.dischargeMaximumW)
      : Math.min(chargeW, command.chargeMaximumW);
  const takeControl = asWrites(command.takeControl);
  if (Math.abs(wantedW) < command.minimumW || wantedW === 0) {
    return allow(data, [...takeControl, ...asWrites(command.stop)]);
  }
  const {
    type = 'u16',
    wordOrder = data.wordOrder,
    function: functionCode,
    model,
    occurrence,
    address,
  } = command;
  const format = { type, wordOrder, scale: scaleOfUnit(command.unit) };
  const encoded = encodeValue(format, command.positive === 'charge' ? wantedW : -wantedW);
  if (encoded === undefined) return refuse(`${wantedW} W does not fit its register`);
  const setpoint = { functionCode, model, occurrence, address, values: encoded.words };
  const start = effect === 'widening' || flowingW !== 0 ? asWrites(command.start) : [];
  return allow(data, [...takeControl, setpoint, ...start]);
}
