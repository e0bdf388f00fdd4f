import type { CommandEffect } from '../domain/command.ts';
import type { DeviceAction } from '../ports/device.ts';
import { allow, asWrites, type Encoded, refuse } from './allow.ts';
import { encodeChargeCurrent } from './encodeCurrent.ts';
import { encodePowerLimit } from './encodePowerLimit.ts';
import { encodeSignedPower } from './encodeSignedPower.ts';
import { type Known, NOTHING_KNOWN } from './known.ts';
import type { ProfileData } from './profileSchema.ts';

/**
 * The raw requests for an action, in the order in which they are sent. Currents and powers are rounded down to what
 * the device can tell apart, below its least they become 0, above its most they become the most: what is sent is
 * never more than what was asked.
 * Faults: write-refused for what the device has not, for numbers that are none, for what must be known of the device
 * and is not, and for all that the allow-list does not name.
 */
export function encodeAction(
  data: ProfileData,
  action: DeviceAction,
  effect: CommandEffect,
  known: Known = NOTHING_KNOWN,
): Encoded {
  const { setChargeCurrent, setPowerLimit, setSignedPower } = data.commands;
  switch (action.kind) {
    case 'setSwitch':
      return encodeSwitch(data, action.relayChannel, action.position);
    case 'setChargeCurrent': {
      const { currentA } = action;
      if (setChargeCurrent !== undefined)
        return encodeChargeCurrent(data, setChargeCurrent, { currentA, effect });
      const sides = { chargeCurrentA: currentA, powerLimitW: known.powerLimitW };
      if (setSignedPower !== undefined)
        return encodeSignedPower(data, setSignedPower, { sides, effect, known });
      return refuse(`${data.maker} ${data.model} has no charging current to set`);
    }
    case 'setPowerLimit': {
      const { powerW } = action;
      if (setPowerLimit !== undefined) return encodePowerLimit(data, setPowerLimit, { powerW, known });
      const sides = { chargeCurrentA: known.chargeCurrentA, powerLimitW: powerW };
      if (setSignedPower !== undefined)
        return encodeSignedPower(data, setSignedPower, { sides, effect, known });
      return refuse(`${data.maker} ${data.model} has no power limit to set`);
    }
    case 'setPhases': {
      const command = data.commands.setPhases;
      if (command === undefined) return refuse(`${data.maker} ${data.model} cannot switch its phases`);
      return allow(data, asWrites(action.phases === 1 ? command.one : command.three));
    }
  }
}

function encodeSwitch(data: ProfileData, relayChannel: number, position: 'open' | 'closed'): Encoded {
  const command = data.commands.setSwitch;
  if (command === undefined) return refuse(`${data.maker} ${data.model} has no switch`);
  const index = relayChannel - command.firstChannel;
  if (!Number.isInteger(index) || index < 0 || index >= command.channels) {
    const last = command.firstChannel + command.channels - 1;
    return refuse(
      `channel ${relayChannel} is not one of ${command.firstChannel} to ${last}; correct the site plan`,
    );
  }
  const write = command[position];
  return allow(data, [
    { functionCode: write.function, address: write.address + index, values: [write.word] },
  ]);
}

/** The writes that the device wants before anything else. */
export function encodePreparation(data: ProfileData): Encoded {
  return allow(data, asWrites(data.prepare.map((write) => ({ ...write, words: [write.word] }))));
}

/** The writes that keep the device from falling back; none where it wants none. */
export function encodeKeepAlive(data: ProfileData): Encoded {
  return allow(data, asWrites(data.keepAlive?.writes ?? []));
}
