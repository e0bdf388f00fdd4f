import { oneOf, text, u16 } from '../registers.ts';
import { HeidelbergEnergyControl, type HeidelbergExtras } from './heidelbergEnergyControl.ts';

const RFID_WORDS = 6;

/**
 * Amperfied connect.home and connect.business: the Heidelberg map on TCP, with a card and a phase switch.
 * Of the phase register one source writes 1 or 3, another reads 0 or 3: it takes all three here.
 */
export class AmperfiedConnect extends HeidelbergEnergyControl {
  override readonly turnaroundMs = 12;
  #phases = this.socket.wiredPhases.length;

  protected override restoreDefaults(readyAtMs: number): void {
    super.restoreDefaults(readyAtMs);
    this.#phases = this.socket.wiredPhases.length;
    this.socket.useOnePhase(false);
  }

  protected override extras(): HeidelbergExtras {
    return {
      input: {
        2002: text(RFID_WORDS, () => ''),
        5001: u16(() => (this.socket.isOnOnePhase ? 1 : this.socket.wiredPhases.length)),
      },
      holding: {
        501: u16(() => this.#phases, {
          accepts: oneOf(0, 1, 3),
          store: (value) => {
            this.#phases = value;
            this.changeOver(value !== 3);
          },
        }),
      },
    };
  }
}
