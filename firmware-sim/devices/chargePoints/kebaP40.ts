import type { RegisterTable } from '../registerBank.ts';
import { oneOf, u16, u32 } from '../registers.ts';
import type { ChargePointPlace } from './chargePoint.ts';
import { KebaStation } from './kebaStation.ts';

const MODEL = {
  /** Seven digits beginning with 4: a P40. */
  productKey: 4_101_412,
  /** 1.2.1, the first that gives energies in tenths of a watt-hour. */
  firmware: 10_201,
  measuresVoltagesIdle: true,
  phaseStates: [1, 3],
} as const;

/**
 * KEBA KeContact P40. Enabling and the phase switch are announced for later software and not there. Fast
 * charging cannot be undone over Modbus: for the rest of the session the current is no longer heeded.
 */
export class KebaP40 extends KebaStation {
  #isFastCharging = false;

  constructor(place: ChargePointPlace) {
    super(place, MODEL);
  }

  protected override forget(readyAtMs: number): void {
    super.forget(readyAtMs);
    this.#isFastCharging = false;
  }

  protected override startSession(): void {
    super.startSession();
    this.#isFastCharging = false;
  }

  protected isEnabled(): boolean {
    return true;
  }

  protected override isCurrentHeeded(): boolean {
    return !this.#isFastCharging;
  }

  protected ownRegisters(): RegisterTable {
    return {
      1200: u32(() => (this.#isFastCharging ? 1 : 0)),
      5200: u16(undefined, {
        accepts: oneOf(1),
        store: () => {
          this.#isFastCharging = true;
        },
      }),
    };
  }
}
