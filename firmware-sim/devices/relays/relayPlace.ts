import type { Contact } from '../../contact.ts';
import type { BitTable } from '../registerBank.ts';

/** A signal wire on an input; whoever stands at the other end sets it. */
export interface SignalInput {
  isActive: boolean;
}

export interface RelayPlace {
  readonly unit: number;
  /** Behind channel 1 and on. A channel without one switches nothing, and still shows what it was told. */
  readonly contacts: readonly Contact[];
  /** On input 1 and on; an input without one is never active. */
  readonly inputs?: readonly SignalInput[];
  readonly startAtMs: number;
}

/** The outputs as coils from the first address on; what is read back is the coil, not the contact. */
export function outputCoils(
  contacts: readonly Contact[],
  set: (channel: number, isOn: boolean, nowMs: number) => void,
  firstAddress = 0,
): BitTable {
  return Object.fromEntries(
    contacts.map((contact, channel) => [
      firstAddress + channel,
      {
        read: () => contact.isCoilOn,
        write: (isOn: boolean, nowMs: number) => set(channel, isOn, nowMs),
      },
    ]),
  );
}

/** The inputs as discrete inputs from 0 on. */
export function signalBits(count: number, inputs: readonly SignalInput[] = []): BitTable {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [index, { read: () => inputs[index]?.isActive === true }]),
  );
}
