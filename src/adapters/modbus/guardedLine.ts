import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LineStatistics, ModbusLine, ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';
import type { Connect, Loss } from './connection.ts';
import { ConnectionKeeper } from './connectionKeeper.ts';
import type { LineOptions } from './lineOptions.ts';
import { describeRequest, isWrite } from './pdu.ts';
import type { Outcome, Protocol } from './protocol.ts';
import { type Job, RequestQueue, settleJob } from './requestQueue.ts';
import { findRequestMistake } from './requestRules.ts';
import { UnitLedger } from './unitLedger.ts';

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
  readonly request: ModbusRequest;
  readonly isProbe: boolean;
  readonly cancelTimeout: Cancel;
}

const NOT_CONNECTED = 'not connected yet';
/** Enough for a probe of another length and one of another function. */
const MOST_PROBES = 3;
/** Longest time that requests are held for a connection that is only being renewed. */
const MOST_HELD_MS = 1_000;

/**
 * A line in one of four states: connecting (requests are answered with device-offline at once), open (one request
 * under way, the others queued), renewing (the device ended an idle session: requests wait for the next connection,
 * and only its failure is a fault), closed for good. Leaves open when the wire is lost or the protocol distrusts it;
 * everything that waits is then answered, and a new connection is made.
 */
export class GuardedLine implements ModbusLine {
  readonly #parts: LineParts;
  readonly #queue: RequestQueue;
  readonly #keeper: ConnectionKeeper;
  readonly #ledger = new UnitLedger();
  #isRenewing = false;
  #whyOffline = NOT_CONNECTED;
  #cancelWake: Cancel = () => {};
  #exchange: Exchange | undefined;

  constructor(parts: LineParts) {
    const { clock, options, connect } = parts;
    this.#parts = parts;
    this.#queue = new RequestQueue(options.maximumWaiting);
    this.#keeper = new ConnectionKeeper({
      clock,
      options,
      connect,
      opened: () => this.#begin(),
      received: (bytes) => this.#receive(bytes),
      lost: (loss) => this.#lose(loss),
    });
    this.#keeper.connect();
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
    return this.#keeper.isOpen;
  }

  statistics(): LineStatistics {
    return {
      ...this.#ledger.totals(),
      ...this.#parts.protocol.counts(),
      reconnects: Math.max(0, this.#keeper.connections - 1),
      superseded: this.#queue.superseded,
      units: this.#ledger.units(),
    };
  }

  async close(): Promise<void> {
    const isLetGo = this.#keeper.close();
    this.#isRenewing = false;
    this.#answerAll('the line was closed');
    await isLetGo;
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
    return this.isOpen() || this.#isRenewing ? undefined : this.#offline();
  }

  #offline(): ModbusResult {
    return refuse('device-offline', `${this.#parts.name}: ${this.#whyOffline}`);
  }

  #begin(): void {
    const level = this.#isRenewing ? 'debug' : 'info';
    this.#isRenewing = false;
    this.#whyOffline = NOT_CONNECTED;
    this.#parts.protocol.reset(this.#parts.clock.runningMs());
    this.#parts.log[level]({ line: this.#parts.name }, 'Modbus line is open');
    this.#sendNext();
  }

  #lose({ detail, isByPeer }: Loss): void {
    const isIdleEnd = isByPeer && this.#exchange === undefined && this.#keeper.isTried;
    if (!isIdleEnd) {
      this.#reconnectLater(detail);
      return;
    }
    // Nobody was waiting for an answer, so nothing is lost: what comes meanwhile is asked over the next connection.
    const { name, log, options } = this.#parts;
    log.debug({ line: name, detail }, 'Modbus line was idle and is connected anew');
    this.#isRenewing = options.reconnectMs <= MOST_HELD_MS;
    this.#keeper.renew();
    if (this.#isRenewing) this.#cancelWake();
    else this.#answerAll(detail);
  }

  #reconnectLater(detail: string): void {
    const { name, log } = this.#parts;
    const level = this.#whyOffline === detail ? 'debug' : 'warn';
    this.#isRenewing = false;
    void this.#keeper.drop();
    const retryMs = this.#keeper.retry();
    log[level]({ line: name, detail, retryMs }, 'Modbus line is not connected, trying again');
    this.#answerAll(detail);
  }

  /** Answers what is under way and what waits: there is no connection for them. */
  #answerAll(detail: string): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#whyOffline = detail;
    this.#cancelWake();
    exchange?.cancelTimeout();
    if (exchange !== undefined && !exchange.isProbe) settleJob(exchange.job, this.#offline());
    this.#queue.clear(this.#offline());
  }

  /** Sends what is first in the queue as soon as the protocol lets it; called whenever that may have changed. */
  #sendNext(): void {
    this.#cancelWake();
    const job = this.#queue.head();
    if (this.#exchange !== undefined || !this.isOpen() || job === undefined) return;
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
    this.#ledger.addRequest(request.unit);
    const bytes = protocol.begin(request, nowMs);
    const cancelTimeout = clock.after(protocol.replyTimeMs(request), () => this.#giveUp());
    this.#exchange = { job, request, isProbe: probe !== undefined, cancelTimeout };
    this.#keeper.send(bytes);
  }

  #receive(bytes: Uint8Array): void {
    const outcome = this.#parts.protocol.receive(bytes, this.#parts.clock.runningMs());
    if (outcome !== undefined) this.#finish(outcome, false);
  }

  #giveUp(): void {
    this.#finish(this.#parts.protocol.giveUp(this.#parts.clock.runningMs()), true);
  }

  #finish({ result, turnaroundMs, hint, reconnectBecause }: Outcome, isTimeUp: boolean): void {
    if (hint !== undefined) this.#parts.log.warn({ line: this.#parts.name }, hint);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.cancelTimeout();
    if (exchange !== undefined) {
      this.#ledger.addResult(exchange.request.unit, result, this.#parts.clock.runningMs(), turnaroundMs);
    }
    if (!isTimeUp && reconnectBecause === undefined) this.#keeper.prove();
    if (exchange?.isProbe === true) this.#judgeProbe(exchange.job, result, isTimeUp);
    else if (exchange !== undefined) settleJob(exchange.job, judgeDoubt(exchange.job, result));
    if (reconnectBecause !== undefined) this.#reconnectLater(reconnectBecause);
    else this.#sendNext();
  }

  // A probe lets its job be looked at again: an exception may leave a doubt that the next kind of probe removes, and
  // silence is an answer too when the question was whether the adapter echoes. Without proof a read ends here; a write
  // is sent all the same, since it may narrow, but cannot succeed.
  #judgeProbe(job: Job, result: ModbusResult, isTimeUp: boolean): void {
    const { clock, protocol } = this.#parts;
    const isProven = protocol.probeBefore(job.request, clock.runningMs()) === undefined;
    if (isProven || (!isTimeUp && job.probes < MOST_PROBES)) return;
    if (isWrite(job.request.functionCode)) job.isDoubtful = true;
    else if (this.#queue.remove(job)) settleJob(job, result.ok ? outOfStep(job.request) : result);
  }
}

function outOfStep(request: ModbusRequest): ModbusResult {
  const detail = `${describeRequest(request)}: not sent, the unit answers out of step and its answer could be a late one`;
  return refuse('device-bad-reply', detail);
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
