import { UnitLedger } from '../../src/adapters/modbus/unitLedger.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LineStatistics, ModbusLine, ModbusRequest, ModbusResult } from '../../src/ports/modbusLine.ts';

/** A device that answers protocol data units, such as a simulated firmware. */
export interface DirectDevice {
  /** Nothing when it keeps silent, or would answer later than the time-out. */
  respond(pdu: Buffer, nowMs: number, timeoutMs: number): Buffer | undefined;
}

interface DirectLineOptions {
  readonly devices: ReadonlyMap<number, DirectDevice>;
  readonly clock: Clock;
  /** The instant that devices are told, when their time is not the clock's. */
  readonly deviceNowMs?: () => number;
}

const EXCEPTION_FLAG = 0x80;

/**
 * A Modbus line without a wire: it asks the device in the same process, so that a week of polls takes
 * minutes. The answer is checked as on a real line. Silence takes its time-out on the clock.
 */
export class DirectLine implements ModbusLine {
  readonly #devices: ReadonlyMap<number, DirectDevice>;
  readonly #clock: Clock;
  readonly #deviceNowMs: () => number;
  #isOpen = true;
  readonly #ledger = new UnitLedger();

  constructor(options: DirectLineOptions) {
    this.#devices = options.devices;
    this.#clock = options.clock;
    this.#deviceNowMs = options.deviceNowMs ?? (() => options.clock.runningMs());
  }

  request(request: ModbusRequest): Promise<ModbusResult> {
    if (!this.#isOpen) {
      return Promise.resolve({ ok: false, fault: 'device-offline', detail: 'the line is closed' });
    }
    this.#ledger.addRequest(request.unit);
    const device = this.#devices.get(request.unit);
    const answer = device?.respond(encodeRequest(request), this.#deviceNowMs(), request.timeoutMs);
    if (answer === undefined) return this.#silence(request);
    const result = decodeAnswer(request, answer);
    this.#ledger.addResult(request.unit, result, this.#clock.runningMs(), 0);
    return Promise.resolve(result);
  }

  isOpen(): boolean {
    return this.#isOpen;
  }

  statistics(): LineStatistics {
    return {
      ...this.#ledger.totals(),
      badCrc: 0,
      strayBytes: 0,
      lateReplies: 0,
      wrongUnit: 0,
      reconnects: 0,
      superseded: 0,
      units: this.#ledger.units(),
    };
  }

  async close(): Promise<void> {
    this.#isOpen = false;
  }

  #silence(request: ModbusRequest): Promise<ModbusResult> {
    const detail = `unit ${request.unit} did not answer within ${request.timeoutMs} ms`;
    const result = { ok: false, fault: 'device-timeout', detail } as const;
    return new Promise((resolve) => {
      this.#clock.after(request.timeoutMs, () => {
        this.#ledger.addResult(request.unit, result, this.#clock.runningMs(), undefined);
        resolve(result);
      });
    });
  }
}

/** Source: MODBUS Application Protocol V1.1b3, section 6. */
function encodeRequest({ functionCode, address, count, values = [] }: ModbusRequest): Buffer {
  if (functionCode === 15 || functionCode === 16) {
    const bytes = functionCode === 15 ? Math.ceil(count / 8) : count * 2;
    const pdu = Buffer.alloc(6 + bytes);
    pdu[0] = functionCode;
    pdu.writeUInt16BE(address, 1);
    pdu.writeUInt16BE(count, 3);
    pdu[5] = bytes;
    for (const [index, value] of values.entries()) {
      if (functionCode === 16) pdu.writeUInt16BE(value, 6 + index * 2);
      else if (value !== 0) pdu[6 + (index >> 3)] = (pdu[6 + (index >> 3)] ?? 0) | (1 << (index & 7));
    }
    return pdu;
  }
  const word = functionCode === 5 || functionCode === 6 ? (values[0] ?? 0) : count;
  return Buffer.from([functionCode, address >> 8, address & 0xff, word >> 8, word & 0xff]);
}

function decodeAnswer(request: ModbusRequest, answer: Buffer): ModbusResult {
  const { functionCode, count } = request;
  if (answer[0] === (functionCode | EXCEPTION_FLAG)) {
    const exceptionCode = answer[1] ?? 0;
    return { ok: false, fault: 'device-exception', detail: `exception ${exceptionCode}`, exceptionCode };
  }
  const isRead = functionCode <= 4;
  const bytes = functionCode <= 2 ? Math.ceil(count / 8) : count * 2;
  const isWhole = isRead
    ? answer[0] === functionCode && answer[1] === bytes && answer.length === bytes + 2
    : answer.length === 5 && answer.equals(encodeRequest(request).subarray(0, 5));
  if (!isWhole) return { ok: false, fault: 'device-bad-reply', detail: `found ${answer.toString('hex')}` };
  if (!isRead) return { ok: true, words: [] };
  const words = new Array<number>(count);
  for (let index = 0; index < count; index++) {
    words[index] =
      functionCode <= 2
        ? ((answer[2 + (index >> 3)] ?? 0) >> (index & 7)) & 1
        : ((answer[2 + index * 2] ?? 0) << 8) | (answer[3 + index * 2] ?? 0);
  }
  return { ok: true, words };
}
