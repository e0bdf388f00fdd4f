import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPassingSigner } from '../../src/adapters/jose/ownSigner.ts';
import { openStore } from '../../src/adapters/sqlite/openStore.ts';
import type { RangeRequest } from '../../src/contract/streams.ts';
import type { Explanation } from '../../src/core/decision.ts';
import type { Now } from '../../src/domain/instant.ts';
import type { GatewayMemory } from '../../src/gateway/gatewayMemory.ts';
import { Recorder } from '../../src/gateway/recorder.ts';
import type { RoomSettings } from '../../src/gateway/streams/room.ts';
import { StreamKeeper } from '../../src/gateway/streams/streamKeeper.ts';
import { TelemetryInterval } from '../../src/gateway/telemetry.ts';
import type { Cancel, Clock } from '../../src/ports/clock.ts';
import type { OutboxDraft, Store } from '../../src/ports/store.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { SITE } from '../core/smallHome.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import type { SteppedClock } from '../support/steppedClock.ts';
import { fixedEntropy } from '../sync/fakes.ts';
import type { LossyBroker } from './lossyBroker.ts';

const MINUTE_S = 60;
const CONNECTION = SITE.circuits[0]?.circuitId ?? '';

/** What the gateway has put on its disk to be sent: the truth that the receiver must end up with. */
export type Written = Map<string, string>;

export function keyOf(row: {
  readonly outboxId: string;
  readonly stream: string;
  readonly sequence: number;
}): string {
  return `${row.outboxId} ${row.stream} ${row.sequence}`;
}

/** The timers of one life of a gateway end with it. */
class LifeClock implements Clock {
  readonly #base: SteppedClock;
  #isOver = false;

  constructor(base: SteppedClock) {
    this.#base = base;
  }

  runningMs(): number {
    return this.#base.runningMs();
  }

  now(): Now {
    return this.#base.now();
  }

  after(delayMs: number, run: () => void): Cancel {
    return this.#base.after(delayMs, () => {
      if (!this.#isOver) run();
    });
  }

  end(): void {
    this.#isOver = true;
  }
}

interface Life {
  readonly clock: LifeClock;
  readonly store: Store;
  readonly keeper: StreamKeeper;
  readonly recorder: Recorder;
  readonly postman: Postman;
  readonly bus: ReturnType<LossyBroker['connect']>;
  interval: TelemetryInterval;
}

interface Options {
  readonly directory: string;
  readonly clock: SteppedClock;
  readonly broker: LossyBroker;
  readonly room: RoomSettings;
  /** From 0 to 1, the same in every run. */
  readonly random: () => number;
}

/**
 * All of a gateway between a sample and the broker, with the real record on disk: telemetry from samples of every second, the
 * recorder, the streams, the postman. What decides is left out, so that a month takes minutes.
 */
export class SampledGateway {
  readonly written: Written = new Map();
  readonly log = new RecordingLog();
  readonly #options: Options;
  readonly #signer = createPassingSigner();
  #lives = 0;
  #life: Life | undefined;
  #minutes = 0;

  constructor(options: Options) {
    this.#options = options;
    mkdirSync(this.stateDirectory(), { recursive: true });
  }

  get store(): Store {
    return this.#living().store;
  }

  get keeper(): StreamKeeper {
    return this.#living().keeper;
  }

  stateDirectory(): string {
    return join(this.#options.directory, `life-${this.#lives}`);
  }

  start(): void {
    const { broker, room } = this.#options;
    const clock = new LifeClock(this.#options.clock);
    const store = this.#watched(openStore({ directory: this.stateDirectory(), log: this.log }));
    const bus = broker.connect();
    const keeper = new StreamKeeper({
      ...room,
      gatewayId: 'home',
      store,
      signer: this.#signer,
      isConnected: () => bus.isConnected(),
    });
    const recorder = new Recorder({
      store,
      log: this.log,
      segmentMs: 45_000,
      streams: keeper,
      cut: (draft) => draft,
    });
    const postman = new Postman({
      gatewayId: 'home',
      store,
      bus,
      clock,
      entropy: fixedEntropy(),
      log: this.log,
      cut: (row) => row,
      kept: (stream, sequence) => store.streams.kept(stream, sequence, sequence, 1)[0],
      inFlightMaximum: () => 20,
      onEvent: (body) => recorder.addDraft({ stream: 'events', body }),
    });
    keeper.noteStart(clock.now());
    this.#life = {
      clock,
      store,
      keeper,
      recorder,
      postman,
      bus,
      interval: new TelemetryInterval(SITE, clock.now()),
    };
  }

  /** As SIGKILL does: nothing more is written, and the next life finds what is on the disk. */
  kill(): void {
    const { clock, bus, store } = this.#living();
    clock.end();
    bus.cut();
    const abandoned = this.stateDirectory();
    this.#lives += 1;
    mkdirSync(this.stateDirectory());
    for (const name of ['loadgate.sqlite', 'loadgate.sqlite-wal']) {
      if (existsSync(join(abandoned, name))) cpSync(join(abandoned, name), join(this.stateDirectory(), name));
    }
    // Only now: closing writes, and a killed process does not.
    store.close();
    this.#life = undefined;
  }

  close(): void {
    this.#living().clock.end();
    this.#living().store.close();
  }

  /** A minute of samples, and the record of it. */
  async liveAMinute(): Promise<void> {
    const { clock, interval, recorder, keeper, postman } = this.#living();
    const { random } = this.#options;
    const from = clock.now();
    for (let second = 1; second <= MINUTE_S; second += 1) {
      const now = { ...from, runningMs: from.runningMs + second * 1_000, utcMs: from.utcMs + second * 1_000 };
      interval.add(now, explanationOf(random), {});
    }
    await this.#options.clock.advance(MINUTE_S * 1_000);
    // It may have been killed meanwhile, by the broker's side of the story.
    if (this.#life?.clock !== clock) return;
    const now = clock.now();
    for (const draft of this.#draftsOf(interval)) recorder.addDraft(draft);
    this.#living().interval = new TelemetryInterval(SITE, now);
    recorder.commit(now, {} as GatewayMemory);
    keeper.upkeep(now);
    postman.nudge();
  }

  answer(request: RangeRequest): void {
    const { keeper, recorder, postman, clock } = this.#living();
    const { draft, repeats } = keeper.answer(request, clock.now());
    recorder.addDraft(draft);
    postman.repeat(request.stream, repeats);
  }

  #draftsOf(interval: TelemetryInterval): OutboxDraft[] {
    const { random } = this.#options;
    this.#minutes += 1;
    const drafts: OutboxDraft[] = [];
    const body = interval.close();
    if (body !== undefined) drafts.push({ stream: 'telemetry', body });
    if (this.#minutes % 5 === 0)
      drafts.push({ stream: 'status', body: { posture: 'normal', minutes: this.#minutes } });
    if (random() < 0.2) {
      const cause = `command ${this.#minutes}`;
      drafts.push({ stream: 'events', body: { kind: 'controlRefused', topic: 'control', cause } });
    }
    if (this.#minutes % 60 === 0) {
      const jws = this.#signer.sign({ schema: 'loadgate.checkpoint/1', record: this.#minutes });
      drafts.push({ stream: 'receipts', body: { jws } });
    }
    return drafts;
  }

  #watched(store: Store): Store {
    const written = this.written;
    return {
      get condition() {
        return store.condition;
      },
      get outboxId() {
        return store.outboxId;
      },
      streams: store.streams,
      usage: store.usage,
      head: () => store.head(),
      commit: (batch) => {
        const result = store.commit(batch);
        if (!result.ok) return result;
        for (const [place, { stream, body }] of batch.outbox.entries()) {
          const sequence = result.sequences[place] ?? 0;
          const key = keyOf({ outboxId: store.outboxId, stream, sequence });
          if (written.has(key)) throw new Error(`the sequence ${key} was given twice`);
          written.set(key, sha256(JSON.stringify(body)));
        }
        return result;
      },
      pending: (limit, stream) => store.pending(limit, stream),
      pendingCount: (stream) => store.pendingCount(stream),
      acknowledge: (rows) => store.acknowledge(rows),
      segments: (interval) => store.segments(interval),
      trimJournal: (beforeUtcMs) => store.trimJournal(beforeUtcMs),
      eraseSlice: () => store.eraseSlice(),
      close: () => store.close(),
    };
  }

  #living(): Life {
    if (this.#life === undefined) throw new Error('the gateway does not live');
    return this.#life;
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function explanationOf(random: () => number): Explanation {
  const flowA = Math.round(random() * 4_000) / 100;
  const circuits = [{ circuitId: CONNECTION, phases: [{ phase: 'L1', flowA, importCeilingA: 54 }] }];
  return {
    posture: 'normal',
    circuits,
    loads: [],
    limits: [],
    slots: [],
    schemes: [],
    faults: [],
  } as unknown as Explanation;
}
