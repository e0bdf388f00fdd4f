import { Contact } from '../../contact.ts';

/** The output stage of a relay board: as many contacts as it has channels, whether something is wired to them or not. */
export class Outputs {
  readonly contacts: readonly Contact[];

  constructor(channels: number, wired: readonly Contact[]) {
    this.contacts = Array.from({ length: channels }, (_, channel) => wired[channel] ?? new Contact());
  }

  set(channel: number, isOn: boolean, nowMs: number): void {
    this.contacts[channel]?.setCoil(isOn, nowMs);
  }

  /** Lowest bit first. */
  setBits(bits: number, nowMs: number): void {
    for (const [channel, contact] of this.contacts.entries()) {
      contact.setCoil(((bits >> channel) & 1) === 1, nowMs);
    }
  }

  get bits(): number {
    return this.contacts.reduce((bits, contact, channel) => bits | (contact.isCoilOn ? 1 << channel : 0), 0);
  }
}
