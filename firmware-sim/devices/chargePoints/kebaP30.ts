import { FUNCTION } from '../pdu.ts';
import type { RegisterTable } from '../registerBank.ts';
import { between, u16 } from '../registers.ts';
import type { ChargePointPlace } from './chargePoint.ts';
import { KebaStation } from './kebaStation.ts';

const MODEL = {
  /** Six digits beginning with 3: a P30. */
  productKey: 310_141,
  firmware: 31_057,
  measuresVoltagesIdle: false,
  phaseStates: [0, 1],
} as const;
const PHASE_SOURCE_MODBUS = 3;

/** KEBA KeContact P30. It can be disabled, and changes over between one phase and three. */
export class KebaP30 extends KebaStation {
  #isEnabled = true;

  constructor(place: ChargePointPlace) {
    super(place, MODEL);
  }

  protected override answer(pdu: Buffer, unit: number): Buffer | undefined {
    return super.answer(isReadOfOneWord(pdu) ? withWholeValue(pdu) : pdu, unit);
  }

  protected override forget(readyAtMs: number): void {
    super.forget(readyAtMs);
    this.#isEnabled = true;
  }

  protected isEnabled(): boolean {
    return this.#isEnabled && !this.isChangingOver;
  }

  protected ownRegisters(): RegisterTable {
    return {
      5014: u16(undefined, {
        accepts: between(0, 1),
        store: (value) => {
          this.#isEnabled = value === 1;
        },
      }),
      5050: u16(undefined, {
        accepts: between(0, PHASE_SOURCE_MODBUS),
        store: (value) => {
          this.phaseSource = value;
        },
      }),
      5052: u16(undefined, {
        accepts: (value) => value <= 1 && this.phaseSource === PHASE_SOURCE_MODBUS,
        store: (value) => this.changeOver(value === 0),
      }),
    };
  }
}

/** A P30 was seen to answer a count of one with the four bytes of the whole value. */
function isReadOfOneWord(pdu: Buffer): boolean {
  return pdu.length === 5 && pdu[0] === FUNCTION.readHolding && pdu.readUInt16BE(3) === 1;
}

function withWholeValue(pdu: Buffer): Buffer {
  const whole = Buffer.from(pdu);
  whole.writeUInt16BE(2, 3);
  return whole;
}
