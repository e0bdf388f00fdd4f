import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LineStatistics, ModbusLine, ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';
import type { Connect, Connection } from './connection.ts';
import type { LineOptions } from './lineOptions.ts';
import { describeRequest, isWrite } from './pdu.ts';
import type { Outcome, Protocol } from './protocol.ts';
import { type Job, RequestQueue, settleJob } from './requestQueue.ts';
import { findRequestMistake } from './requestRules.ts';

interface LineParts {
  /** The wire's name for messages: a path, or host and port. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly options: Required<LineOptions>;
  readonly protocol: Protocol;
  readonly connect: Connect;
  /** What this kind of wire refuses beside the general rules. */
  readonly findMistake: (request: ModbusRequest) => string | undefined;
}

interface Exchange {
  readonly job: Job;
  readonly isProbe: boolean;
  readonly cancelTimeout: Cancel;
}

/** Enough for a probe of another length and one of another function. */
const MOST_PROBES = 3;

/**
 * A line in one of three states: connecting (requests are answered with device-offline at once), open (one request
 * under way, the others queued), closed for good. Leaves open when the wire is lost or the protocol distrusts it;
 * everything that waits is then answered, and a new connection is made after a growing delay. The delay falls back
 * only after an answer, so that a device that accepts connections and says nothing is not hammered.
 */
export class GuardedLine implements ModbusLine {
  readonly #parts: LineParts;
  readonly #queue: RequestQueue;
  #connection: Connection | undefined;
  #isOpen = false;
  #whyOffline = 'not connected yet';
  #retryMs: number;
  #cancelRetry: Cancel = () => {};
  #cancelWake: Cancel = () => {};
  #exchange: Exchange | undefined;
  #requests = 0;
  #timeouts = 0;
  #exceptions = 0;
  #connections = 0;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#queue = new RequestQueue(parts.options.maximumWaiting);
    this.#retryMs = parts.options.firstRetryMs;
    this.#connect();
  }

  request(request: ModbusRequest): Promise<ModbusResult> {
    const refusal = this.#findRefusal(request);
    if (refusal !== undefined) return Promise.resolve(refusal);
    return new Promise((resolve) => {
      this.#queue.add(request, resolve);
      this.#sendNext();
    });
  }

  isOpen(): boolean {
    return this.#isOpen;
  }

  statistics(): LineStatistics {
    return {
      requests: this.#requests,
      timeouts: this.#timeouts,
      exceptions: this.#exceptions,
      reconnects: Math.max(0, this.#connections - 1),
      ...this.#parts.protocol.counts(),
    };
  }

  async close(): Promise<void> {
    this.#cancelRetry();
    await this.#disconnect('the line was closed');
  }

  #findRefusal(request: ModbusRequest): ModbusResult | undefined {
    const { name, options, protocol, findMistake } = this.#parts;
    const mistake = findRequestMistake(request, protocol.maximumUnit) ?? findMistake(request);
    if (mistake !== undefined) {
      return refuse('write-refused', `${name}, ${describeRequest(request)}: not sent, ${mistake}`);
    }
    if (options.readOnly && isWrite(request.functionCode)) {
      return refuse('write-refused', `${name}, ${describeRequest(request)}: not sent, the line is read-only`);
    }
    return this.#isOpen ? undefined : this.#offline();
  }

  #offline(): ModbusResult {
    return refuse('device-offline', `${this.#parts.name}: ${this.#whyOffline}`);
  }

  #connect(): void {
    // A connection that was let go of may still speak; only the present one is listened to.
    const isPresent = () => this.#connection === connection;
    const connection = this.#parts.connect({
      opened: () => isPresent() && this.#begin(),
      received: (bytes) => isPresent() && this.#receive(bytes),
      lost: (detail) => isPresent() && this.#reconnectLater(detail),
    });
    this.#connection = connection;
  }

  #begin(): void {
    this.#isOpen = true;
    this.#connections++;
    this.#parts.protocol.reset(this.#parts.clock.runningMs());
    this.#parts.log.info({ line: this.#parts.name }, 'Modbus line is open');
  }

  #reconnectLater(detail: string): void {
    const { name, clock, log, options } = this.#parts;
    const level = this.#isOpen || this.#whyOffline !== detail ? 'warn' : 'debug';
    log[level]({ line: name, detail, retryMs: this.#retryMs }, 'Modbus line is not connected, trying again');
    void this.#disconnect(detail);
    this.#cancelRetry = clock.after(this.#retryMs, () => this.#connect());
    this.#retryMs = Math.min(this.#retryMs * 2, options.lastRetryMs);
  }

  #disconnect(detail: string): Promise<void> {
    const connection = this.#connection;
    const exchange = this.#exchange;
    this.#connection = undefined;
    this.#isOpen = false;
    this.#exchange = undefined;
    this.#whyOffline = detail;
    this.#cancelWake();
    exchange?.cancelTimeout();
    if (exchange !== undefined && !exchange.isProbe) settleJob(exchange.job, this.#offline());
    this.#queue.clear(this.#offline());
    return connection?.close() ?? Promise.resolve();
  }

  /** Sends what is first in the queue as soon as the protocol lets it; called whenever that may have changed. */
  #sendNext(): void {
    this.#cancelWake();
    const job = this.#queue.head();
    if (this.#exchange !== undefined || !this.#isOpen || job === undefined) return;
    const { clock, protocol } = this.#parts;
    const nowMs = clock.runningMs();
    const probe = job.isDoubtful ? undefined : protocol.probeBefore(job.request, nowMs);
    const request = probe ?? job.request;
    const waitMs = protocol.waitMs(request, nowMs);
    if (waitMs > 0) {
      this.#cancelWake = clock.after(waitMs, () => this.#sendNext());
      return;
    }
    // A job behind its probe stays in the queue: a narrowing write may still overtake it.
    if (probe === undefined) this.#queue.remove(job);
    else job.probes++;
    this.#requests++;
    const bytes = protocol.begin(request, nowMs);
    const cancelTimeout = clock.after(protocol.replyTimeMs(request), () => this.#giveUp());
    this.#exchange = { job, isProbe: probe !== undefined, cancelTimeout };
    this.#connection?.send(bytes);
  }

  #receive(bytes: Uint8Array): void {
    const outcome = this.#parts.protocol.receive(bytes, this.#parts.clock.runningMs());
    if (outcome !== undefined) this.#finish(outcome, false);
  }

  #giveUp(): void {
    this.#finish(this.#parts.protocol.giveUp(this.#parts.clock.runningMs()), true);
  }

  #finish({ result, reconnectBecause }: Outcome, isTimeUp: boolean): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.cancelTimeout();
    if (isTimeUp && !result.ok) this.#timeouts++;
    if (!result.ok && result.fault === 'device-exception') this.#exceptions++;
    if (!isTimeUp && reconnectBecause === undefined) this.#retryMs = this.#parts.options.firstRetryMs;
    if (exchange?.isProbe === true) this.#judgeProbe(exchange.job, result, isTimeUp);
    else if (exchange !== undefined) settleJob(exchange.job, judgeDoubt(exchange.job, result));
    if (reconnectBecause !== undefined) this.#reconnectLater(reconnectBecause);
    else this.#sendNext();
  }

  // An answered probe lets the job be looked at again: an exception may leave a doubt that the next kind of probe
  // removes. Without proof a read ends here; a write is sent all the same, since it may narrow, but cannot succeed.
  #judgeProbe(job: Job, result: ModbusResult, isTimeUp: boolean): void {
    if (!isTimeUp && job.probes < MOST_PROBES) return;
    if (isWrite(job.request.functionCode)) job.isDoubtful = true;
    else if (this.#queue.remove(job)) settleJob(job, result);
  }
}

function judgeDoubt(job: Job, result: ModbusResult): ModbusResult {
  if (!job.isDoubtful || !result.ok) return result;
  const detail = `${describeRequest(job.request)}: written, but the echo may be that of an earlier write; read back`;
  return refuse('device-bad-reply', detail);
}

function refuse(
  fault: 'write-refused' | 'device-offline' | 'device-bad-reply',
  detail: string,
): ModbusResult {
  return { ok: false, fault, detail };
}
