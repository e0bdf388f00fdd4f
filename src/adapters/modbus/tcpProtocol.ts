import type { ModbusRequest } from '../../ports/modbusLine.ts';
import { expectReply } from './expectedReply.ts';
import { decodePdu, describeRequest, encodePdu } from './pdu.ts';
import type { GuardCounts, Outcome, Protocol } from './protocol.ts';
import { encodeTcpFrame, TcpGuard } from './tcpGuard.ts';

/** On TCP the connection is the address: 0 and 255 are units like all others. */
const MAXIMUM_UNIT = 255;

/** Missing replies in a row after which the device is met anew where that is costly: its end of the connection may be dead. */
const MISSING_TO_RECONNECT = 3;

/**
 * Modbus TCP: transactions tell replies apart. Whatever goes wrong, a new connection is the cure, also when one reply is
 * missing: a session that died unseen must not hold up a narrowing. Two kinds of device get more patience: a gateway, whose
 * one dead unit would take the others with it, and a device that refuses to be met again so soon.
 */
export class TcpProtocol implements Protocol {
  readonly maximumUnit = MAXIMUM_UNIT;
  readonly #isReconnectCostly: boolean;
  readonly #units = new Set<number>();
  #guard = new TcpGuard();
  #request: ModbusRequest | undefined;
  #transaction = 0;
  #busyUntilMs = Number.NEGATIVE_INFINITY;
  #lateBefore = 0;
  #missingInARow = 0;
  #sentAtMs = 0;
  #strayBytes = 0;

  constructor({ isReconnectCostly }: { isReconnectCostly: boolean }) {
    this.#isReconnectCostly = isReconnectCostly;
  }

  reset(): void {
    this.#lateBefore += this.#guard.lateReplies;
    this.#guard = new TcpGuard();
    this.#missingInARow = 0;
    this.#request = undefined;
    this.#busyUntilMs = Number.NEGATIVE_INFINITY;
  }

  waitMs(request: ModbusRequest, nowMs: number): number {
    return Math.max(0, this.#busyUntilMs + (request.silenceMs ?? 0) - nowMs);
  }

  probeBefore(): undefined {
    return undefined;
  }

  begin(request: ModbusRequest, nowMs: number): Uint8Array {
    const pdu = encodePdu(request);
    this.#transaction = (this.#transaction + 1) & 0xffff;
    this.#guard.expect(this.#transaction, expectReply(request, pdu));
    this.#request = request;
    this.#units.add(request.unit);
    this.#busyUntilMs = nowMs;
    this.#sentAtMs = nowMs;
    return encodeTcpFrame(this.#transaction, request.unit, pdu);
  }

  replyTimeMs(request: ModbusRequest): number {
    return request.timeoutMs;
  }

  receive(bytes: Uint8Array, nowMs: number): Outcome | undefined {
    this.#busyUntilMs = nowMs;
    const request = this.#request;
    const lateBefore = this.#guard.lateReplies;
    const verdict = this.#guard.feed(bytes);
    // A device that is merely slow is no reason for a new connection.
    if (verdict.kind === 'reply' || this.#guard.lateReplies > lateBefore) this.#missingInARow = 0;
    if (verdict.kind === 'nothing') return undefined;
    this.#request = undefined;
    if (verdict.kind === 'reply' && request !== undefined) {
      return { result: decodePdu(request, verdict.pdu), turnaroundMs: nowMs - this.#sentAtMs };
    }
    this.#strayBytes += bytes.length;
    const heard = verdict.kind === 'violation' ? verdict.detail : 'a reply that was not asked for';
    const detail = `${request === undefined ? 'idle connection' : describeRequest(request)}: came ${heard}`;
    return {
      result: { ok: false, fault: 'device-bad-reply', detail },
      reconnectBecause: detail,
    };
  }

  giveUp(): Outcome {
    const what = this.#request === undefined ? 'request' : describeRequest(this.#request);
    const timeoutMs = this.#request?.timeoutMs ?? 0;
    this.#request = undefined;
    this.#missingInARow++;
    const isWhole = this.#guard.giveUp();
    const detail = `${what}: no ${isWhole ? '' : 'whole '}answer within ${timeoutMs} ms`;
    const mostMissing = this.#isReconnectCostly || this.#units.size > 1 ? MISSING_TO_RECONNECT : 1;
    const mustReconnect = !isWhole || this.#missingInARow >= mostMissing;
    return {
      result: { ok: false, fault: isWhole ? 'device-timeout' : 'device-bad-reply', detail },
      ...(mustReconnect && { reconnectBecause: detail }),
    };
  }

  counts(): GuardCounts {
    const lateReplies = this.#lateBefore + this.#guard.lateReplies;
    return { badCrc: 0, strayBytes: this.#strayBytes, lateReplies, wrongUnit: 0 };
  }
}
