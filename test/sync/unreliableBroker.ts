import type { Bus, PublishResult } from '../../src/ports/bus.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { StreamName } from '../../src/ports/store.ts';
import { IdempotentSubscriber } from './fakes.ts';

/** What becomes of one message. Lost: the line is cut on its way; unheard: cut after the broker has taken it. */
export type Fate = 'acknowledged' | 'late' | 'refused' | 'lost' | 'unheard' | 'withheld';

const ACKNOWLEDGE_TIMEOUT_MS = 20_000;
const LATE_MS = 700;

interface Line {
  readonly listeners: Set<(isConnected: boolean) => void>;
  readonly open: Set<(result: PublishResult) => void>;
  isUp: boolean;
  isDead: boolean;
}

/**
 * A broker and the way to it, as the port promises them: in order on one connection, every answer at
 * some time, `offline` for all that is open when the line goes.
 */
export class UnreliableBroker {
  readonly subscribers: Record<StreamName, IdempotentSubscriber> = {
    receipts: new IdempotentSubscriber(),
    events: new IdempotentSubscriber(),
    telemetry: new IdempotentSubscriber(),
    status: new IdempotentSubscriber(),
  };
  /** "stream sequence" of every message whose acknowledgement has reached a gateway. */
  readonly heard = new Set<string>();
  fates: Fate[] = [];
  #isReachable = false;
  #line: Line | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The line of one life of the gateway; the one before is dead, its promises never settle. */
  openLine(): Pick<Bus, 'isConnected' | 'publish' | 'onConnection'> {
    if (this.#line !== undefined) {
      this.#line.isDead = true;
      this.#line.isUp = false;
    }
    const line: Line = { listeners: new Set(), open: new Set(), isUp: this.#isReachable, isDead: false };
    this.#line = line;
    return {
      isConnected: () => line.isUp,
      publish: (_topic, payload) => this.#publish(line, payload),
      onConnection: (listener) => {
        line.listeners.add(listener);
        listener(line.isUp);
        return () => line.listeners.delete(listener);
      },
    };
  }

  setReachable(isReachable: boolean): void {
    this.#isReachable = isReachable;
    if (isReachable) this.#raise(this.#line);
    else this.#cut(this.#line);
  }

  #raise(line: Line | undefined): void {
    if (line === undefined || line.isDead || line.isUp || !this.#isReachable) return;
    line.isUp = true;
    for (const listener of line.listeners) listener(true);
  }

  #cut(line: Line | undefined): void {
    if (line === undefined || line.isDead || !line.isUp) return;
    line.isUp = false;
    for (const resolve of line.open) resolve({ ok: false, cause: 'offline', detail: 'cut' });
    line.open.clear();
    for (const listener of line.listeners) listener(false);
    this.#clock.after(1_500, () => this.#raise(line));
  }

  #publish(line: Line, payload: string): Promise<PublishResult> {
    if (!line.isUp) return Promise.resolve({ ok: false, cause: 'offline', detail: 'down' });
    const { sequence, stream } = JSON.parse(payload) as { sequence: number; stream: StreamName };
    const fate = this.fates.shift() ?? 'acknowledged';
    return new Promise((settle) => {
      const resolve = (result: PublishResult): void => {
        if (line.isDead || !line.open.delete(resolve)) return;
        if (result.ok) this.heard.add(`${stream} ${sequence}`);
        settle(result);
      };
      line.open.add(resolve);
      if (fate === 'lost') {
        this.#clock.after(0, () => this.#cut(line));
        // Nothing that is sent after it on this line arrives either.
        line.isUp = false;
        queueMicrotask(() => {
          line.isUp = !line.isDead;
          this.#cut(line);
        });
        return;
      }
      if (fate === 'refused') {
        this.#clock.after(1, () => resolve({ ok: false, cause: 'refused', detail: 'quota exceeded' }));
        return;
      }
      this.subscribers[stream].take(sequence);
      if (fate === 'acknowledged') this.#clock.after(1, () => resolve({ ok: true }));
      else if (fate === 'late') this.#clock.after(LATE_MS, () => resolve({ ok: true }));
      else if (fate === 'unheard') this.#clock.after(0, () => this.#cut(line));
      else {
        this.#clock.after(ACKNOWLEDGE_TIMEOUT_MS, () => {
          resolve({ ok: false, cause: 'timeout', detail: 'no acknowledgement' });
          this.#cut(line);
        });
      }
    });
  }
}
