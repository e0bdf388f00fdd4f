import type { LinePriority, ModbusRequest, ModbusResult } from '../../ports/modbusLine.ts';
import { isWrite } from './pdu.ts';

/** A request that waits or is under way, and everybody who wants its result. */
export interface Job {
  readonly request: ModbusRequest;
  readonly listeners: ((result: ModbusResult) => void)[];
  /** Probes that were sent for it. */
  probes: number;
  /** Its reply cannot be told from an older one: only a fault can come of it. */
  isDoubtful: boolean;
}

const ORDER: Readonly<Record<LinePriority, number>> = { narrowing: 0, refresh: 1, widening: 2, poll: 3 };

/**
 * Requests that wait for a line: narrowing first, polls last, first come first served within a class.
 * What would do harm or nothing by going later is answered without being sent:
 * - a read that already waits answers for both;
 * - a write takes the place of the waiting writes to the same addresses of a unit that are not more urgent;
 * - a narrowing write drops the waiting refreshes and widenings of its unit, which would undo it after having been overtaken.
 */
export class RequestQueue {
  readonly #maximumWaiting: number;
  #jobs: Job[] = [];
  /** Reads that joined the same one, which waited already. */
  superseded = 0;

  constructor(maximumWaiting: number) {
    this.#maximumWaiting = maximumWaiting;
  }

  add(request: ModbusRequest, listener: (result: ModbusResult) => void): void {
    const twin = this.#jobs.find((job) => isSameRead(job.request, request));
    if (twin !== undefined) {
      twin.listeners.push(listener);
      this.superseded++;
      return;
    }
    this.#drop((waiting) => isSuperseded(waiting, request), {
      ok: false,
      fault: 'write-refused',
      detail: 'a newer write to this unit took its place before it was sent',
    });
    const behind = this.#jobs.findIndex(
      ({ request: { priority } }) => ORDER[priority] > ORDER[request.priority],
    );
    const job: Job = { request, listeners: [listener], probes: 0, isDoubtful: false };
    this.#jobs.splice(behind === -1 ? this.#jobs.length : behind, 0, job);
    if (this.#jobs.length > this.#maximumWaiting) {
      settleJob(this.#jobs.pop(), {
        ok: false,
        fault: 'device-timeout',
        detail: `not sent: ${this.#maximumWaiting} requests wait for this line already; poll less or split the line`,
      });
    }
  }

  head(): Job | undefined {
    return this.#jobs[0];
  }

  /** Takes a job out, wherever it stands. False when it is not waiting any more. */
  remove(job: Job): boolean {
    const index = this.#jobs.indexOf(job);
    if (index !== -1) this.#jobs.splice(index, 1);
    return index !== -1;
  }

  /** Answers everything that waits with one result. */
  clear(result: ModbusResult): void {
    this.#drop(() => true, result);
  }

  #drop(isMeant: (request: ModbusRequest) => boolean, result: ModbusResult): void {
    const dropped = this.#jobs.filter(({ request }) => isMeant(request));
    if (dropped.length === 0) return;
    this.#jobs = this.#jobs.filter((job) => !dropped.includes(job));
    for (const job of dropped) settleJob(job, result);
  }
}

export function settleJob(job: Job | undefined, result: ModbusResult): void {
  for (const listener of job?.listeners ?? []) listener(result);
}

function isSameRead(waiting: ModbusRequest, request: ModbusRequest): boolean {
  return (
    !isWrite(request.functionCode) &&
    waiting.functionCode === request.functionCode &&
    waiting.unit === request.unit &&
    waiting.address === request.address &&
    waiting.count === request.count &&
    waiting.priority === request.priority
  );
}

function isSuperseded(waiting: ModbusRequest, request: ModbusRequest): boolean {
  if (!isWrite(request.functionCode) || !isWrite(waiting.functionCode)) return false;
  if (waiting.unit !== request.unit) return false;
  if (request.priority === 'narrowing' && waiting.priority !== 'narrowing') return true;
  // A more urgent write that waits is not held back: it goes first, this one after it.
  if (ORDER[waiting.priority] < ORDER[request.priority]) return false;
  const isSameTable = isCoilWrite(waiting) === isCoilWrite(request);
  const overlaps =
    waiting.address < request.address + request.count && request.address < waiting.address + waiting.count;
  return isSameTable && overlaps;
}

function isCoilWrite({ functionCode }: ModbusRequest): boolean {
  return functionCode === 5 || functionCode === 15;
}
