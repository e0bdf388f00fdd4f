import type { ModbusRequest } from '../../ports/modbusLine.ts';
import { expectReply } from './expectedReply.ts';
import { decodePdu, describeRequest, encodePdu } from './pdu.ts';
import type { GuardCounts, Outcome, Protocol } from './protocol.ts';
import { encodeTcpFrame, TcpGuard } from './tcpGuard.ts';

/** On TCP the connection is the address: 0 and 255 are units like all others. */
const MAXIMUM_UNIT = 255;

/** Modbus TCP: transactions tell replies apart; whatever goes wrong, a new connection is the cure. */
export class TcpProtocol implements Protocol {
  readonly maximumUnit = MAXIMUM_UNIT;
  #guard = new TcpGuard();
  #request: ModbusRequest | undefined;
  #transaction = 0;
  #busyUntilMs = Number.NEGATIVE_INFINITY;
  #repeatedBefore = 0;
  #strayBytes = 0;

  reset(): void {
    this.#repeatedBefore += this.#guard.repeatedReplies;
    this.#guard = new TcpGuard();
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
    this.#busyUntilMs = nowMs;
    return encodeTcpFrame(this.#transaction, request.unit, pdu);
  }

  replyTimeMs(request: ModbusRequest): number {
    return request.timeoutMs;
  }

  receive(bytes: Uint8Array, nowMs: number): Outcome | undefined {
    this.#busyUntilMs = nowMs;
    const request = this.#request;
    const verdict = this.#guard.feed(bytes);
    if (verdict.kind === 'nothing') return undefined;
    this.#request = undefined;
    if (verdict.kind === 'reply' && request !== undefined) return { result: decodePdu(request, verdict.pdu) };
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
    const detail = `${what}: no answer within ${timeoutMs} ms`;
    return { result: { ok: false, fault: 'device-timeout', detail }, reconnectBecause: detail };
  }

  counts(): GuardCounts {
    const lateReplies = this.#repeatedBefore + this.#guard.repeatedReplies;
    return { badCrc: 0, strayBytes: this.#strayBytes, lateReplies, wrongUnit: 0 };
  }
}
