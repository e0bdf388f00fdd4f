import { allow, asWrites, type Encoded, type Refusal, refuse } from './allow.ts';
import { scaleByPower } from './decodeNumber.ts';
import { encodeValue } from './encodeValue.ts';
import { type Known, knownNumber, knownPower } from './known.ts';
import type { ProfileData } from './profileSchema.ts';
import { type Scale, scaleOfUnit } from './units.ts';

type PowerLimitCommand = NonNullable<ProfileData['commands']['setPowerLimit']>;

/**
 * A limit of a generator's power, rounded down and at most its rating; without one the device is handed back.
 * A limit of 0 needs nothing that is read from the device, so that it can be sent at any time.
 * Faults: write-refused while the rating or the scale factor that the limit needs is not known.
 */
export function encodePowerLimit(
  data: ProfileData,
  command: PowerLimitCommand,
  asked: { readonly powerW: number | undefined; readonly known: Known },
): Encoded {
  const { powerW, known } = asked;
  if (powerW === undefined) return allow(data, asWrites(command.released));
  if (!Number.isFinite(powerW) || powerW < 0) return refuse(`a power limit of ${powerW} W is not possible`);
  const limit = limitWords(data, command, powerW < command.minimumW ? 0 : powerW, known);
  if ('fault' in limit) return limit;
  const frames = command.limited.map((frame) => ({
    ...frame,
    words: frame.words.flatMap((word) => (word === 'limit' ? limit.words : [word])),
  }));
  return allow(data, asWrites(frames));
}

function limitWords(
  data: ProfileData,
  command: PowerLimitCommand,
  wantedW: number,
  known: Known,
): { readonly words: readonly number[] } | Refusal {
  const { type, wordOrder = data.wordOrder } = command;
  let scale: Scale = scaleOfUnit(command.unit);
  let cutW = wantedW;
  if (wantedW > 0) {
    const ratedW = knownNumber(data, 'ratedPowerW', known);
    if (ratedW !== undefined) cutW = Math.min(wantedW, ratedW);
    if (command.scaleFactor !== undefined) {
      const power = knownPower(data, command.scaleFactor, known);
      const scaled = power === undefined ? undefined : scaleByPower(scale, power);
      if (scaled === undefined) return refuse(missing('scale factor of the limit', wantedW, power));
      scale = scaled;
    }
    if (command.shareOfPoint !== undefined) {
      if (ratedW === undefined || !(ratedW > 0)) return refuse(missing('ratedPowerW', wantedW, ratedW));
      // One step of the register in watts, so that rounding down is rounding down in watts.
      scale = { multiply: scale.multiply * ratedW, divide: scale.divide * 100 };
    }
  }
  return encodeValue({ type, wordOrder, scale }, cutW) ?? refuse(`${cutW} W does not fit its register`);
}

function missing(what: string, wantedW: number, found: number | undefined): string {
  const state = found === undefined ? 'the device has not given it yet' : `the device gives ${found}`;
  return `a limit of ${wantedW} W needs the ${what}, and ${state}; a limit of 0 W can be set without it`;
}
