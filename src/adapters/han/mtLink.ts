import type { Cancel, Clock } from '../../ports/clock.ts';
import { encodeMtFrame, MT_KIND, MT_SUBSYSTEM, type MtFrame, MtFrameReader } from './mtFrame.ts';
import { describeMtStatus } from './mtStatus.ts';

/** data: what the module answered, without the command octets. */
export type MtAnswer =
  | { readonly ok: true; readonly data: Uint8Array }
  | { readonly ok: false; readonly detail: string };

interface MtLinkParts {
  readonly clock: Clock;
  readonly send: (bytes: Uint8Array) => void;
  readonly notified: (frame: MtFrame) => void;
  /** The module left a request without an answer: it hangs, or speaks something else. */
  readonly hung: (detail: string) => void;
}

interface Job {
  readonly frame: MtFrame;
  readonly timeoutMs: number;
  readonly settle: (answer: MtAnswer) => void;
}

const ANSWER_TIMEOUT_MS = 3_000;
const MOST_WAITING = 64;
/** The rest of a frame follows within some milliseconds; an adapter may hold it back for 16 ms. */
const FRAME_GAP_MS = 250;

/**
 * Requests to the module, one at a time as it wants them, each matched with its answer. An answer carries no number, so
 * that a late one could be taken for that of the next request: whoever is told of a hung module must let go of this link.
 */
export class MtLink {
  readonly #parts: MtLinkParts;
  readonly #reader = new MtFrameReader();
  #waiting: Job[] = [];
  #current: Job | undefined;
  #cancelTimeout: Cancel = () => {};
  #cancelGap: Cancel = () => {};
  #isClosed = false;

  constructor(parts: MtLinkParts) {
    this.#parts = parts;
  }

  get badFrames(): number {
    return this.#reader.badFrames;
  }

  get strayOctets(): number {
    return this.#reader.strayOctets;
  }

  request(frame: MtFrame, timeoutMs = ANSWER_TIMEOUT_MS): Promise<MtAnswer> {
    if (this.#isClosed) return Promise.resolve({ ok: false, detail: 'the radio is not connected' });
    if (this.#waiting.length >= MOST_WAITING) {
      return Promise.resolve({ ok: false, detail: `${MOST_WAITING} requests wait for the radio already` });
    }
    return new Promise((settle) => {
      this.#waiting.push({ frame, timeoutMs, settle });
      this.#sendNext();
    });
  }

  /** For what is not answered. */
  tell(frame: MtFrame): void {
    if (!this.#isClosed) this.#parts.send(encodeMtFrame(frame));
  }

  receive(bytes: Uint8Array): void {
    this.#cancelGap();
    for (const frame of this.#reader.receive(bytes)) this.#take(frame);
    if (this.#reader.heldOctets === 0 || this.#isClosed) return;
    this.#cancelGap = this.#parts.clock.after(FRAME_GAP_MS, () => {
      for (const frame of this.#reader.giveUpHeld()) this.#take(frame);
    });
  }

  close(detail: string): void {
    this.#isClosed = true;
    this.#cancelTimeout();
    this.#cancelGap();
    const jobs = this.#current === undefined ? this.#waiting : [this.#current, ...this.#waiting];
    this.#current = undefined;
    this.#waiting = [];
    for (const { settle } of jobs) settle({ ok: false, detail });
  }

  #take(frame: MtFrame): void {
    if (this.#isClosed) return;
    if (frame.kind === MT_KIND.notification) this.#parts.notified(frame);
    if (frame.kind !== MT_KIND.answer || this.#current === undefined) return;
    const answer = matchAnswer(this.#current.frame, frame);
    if (answer === undefined) return;
    const { settle } = this.#current;
    this.#current = undefined;
    this.#cancelTimeout();
    settle(answer);
    this.#sendNext();
  }

  #sendNext(): void {
    if (this.#current !== undefined) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#current = job;
    this.#cancelTimeout = this.#parts.clock.after(job.timeoutMs, () => {
      const { subsystem, command } = job.frame;
      this.#parts.hung(`the radio gave no answer to request ${hex(subsystem)} ${hex(command)}`);
    });
    this.#parts.send(encodeMtFrame(job.frame));
  }
}

/** Nothing when the frame answers another request. */
function matchAnswer(request: MtFrame, { subsystem, command, data }: MtFrame): MtAnswer | undefined {
  if (subsystem === request.subsystem && command === request.command) return { ok: true, data };
  const [code = 0, refusedHead = 0, refusedCommand] = data;
  const isRefusal =
    subsystem === MT_SUBSYSTEM.error &&
    command === 0 &&
    (refusedHead & 0x1f) === request.subsystem &&
    refusedCommand === request.command;
  return isRefusal ? { ok: false, detail: `the radio does not know the request (error ${code})` } : undefined;
}

/** For answers that are one status octet. */
export function judgeStatus(
  answer: MtAnswer,
  isGood: (status: number) => boolean = (status) => status === 0,
): MtAnswer {
  if (!answer.ok) return answer;
  const [status = 1] = answer.data;
  return isGood(status) ? answer : { ok: false, detail: describeMtStatus(status) };
}

function hex(octet: number): string {
  return `0x${octet.toString(16).padStart(2, '0')}`;
}
