import type { ChargeSocket } from '../../firmware-sim/chargeSocket.ts';
import type { ChargePointFirmware } from '../../firmware-sim/devices/chargePoints/chargePoint.ts';
import { type StandOptions, standDevice } from '../../firmware-sim/stand.ts';

export const BENCH_START_MS = Date.parse('2026-03-02T06:00:00Z');

export interface ChargePointBench {
  readonly firmware: ChargePointFirmware;
  readonly socket: ChargeSocket;
  /** Hex in, hex out, silence as 'silence'. */
  ask(pduHex: string, unit?: number): string;
  /** The data of an answer to function 3 or 4, as hex; throws on any other answer. */
  data(pduHex: string, unit?: number): Buffer;
  /** Lets time pass; with a request it is asked at the end of each step of so many seconds. */
  pass(seconds: number, fedBy?: { readonly pduHex: string; readonly everyS: number }): void;
  powerCycle(): void;
}

/** A charge point alone with a hungry car, on one phase unless said, where every reading is exact. */
export function benchChargePoint(
  model: string,
  options: Partial<StandOptions> & { readonly isCarPlugged?: boolean } = {},
): ChargePointBench {
  const { isCarPlugged = true, ...standOptions } = options;
  const stand = standDevice(model, { startAtMs: BENCH_START_MS, phases: 1, ...standOptions });
  const firmware = stand.firmware as ChargePointFirmware;
  const socket = stand.socket as ChargeSocket;
  if (isCarPlugged) socket.car.plugIn();
  const ask = (pduHex: string, unit = firmware.unit): string =>
    firmware.respond(Buffer.from(pduHex.replaceAll(' ', ''), 'hex'), stand.nowMs, unit)?.toString('hex') ??
    'silence';
  return {
    firmware,
    socket,
    ask,
    data(pduHex, unit) {
      const reply = ask(pduHex, unit);
      if (!/^0[34]/.test(reply)) throw new Error(`${pduHex} was answered with ${reply}`);
      return Buffer.from(reply.slice(4), 'hex');
    },
    pass(seconds, fedBy) {
      const untilMs = stand.nowMs + seconds * 1000;
      while (stand.nowMs < untilMs) {
        stand.advanceTo(Math.min(untilMs, stand.nowMs + (fedBy?.everyS ?? seconds) * 1000));
        if (fedBy !== undefined) ask(fedBy.pduHex);
      }
    },
    powerCycle: () => firmware.powerCycle(stand.nowMs),
  };
}
