import { createHash } from 'node:crypto';
import { openDeskStore } from '../../src/adapters/deskStore/openDeskStore.ts';
import { Receiver } from '../../src/backoffice/usage/service.ts';
import type { LossMessage, ManifestMessage, RangeAnswer, RangeRequest } from '../../src/contract/streams.ts';
import type { PublishResult } from '../../src/ports/bus.ts';
import { temporaryDirectory } from '../adapters/sqlite/support/temporaryDirectory.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { fixedEntropy } from '../sync/fakes.ts';

export const KEY = { gatewayId: 'home-1', outboxId: '0a1b2c3d', stream: 'telemetry' } as const;
export const SIGNED = { gatewayId: KEY.gatewayId, outboxId: KEY.outboxId };
export const AT = '2026-01-05T00:00:00.000Z';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function bodyOf(sequence: number): string {
  return JSON.stringify({ sequence });
}

export function hashOver(sequences: readonly number[], before = '0'.repeat(64)): string {
  return sequences.reduce((hash, each) => sha256(`${hash}\n${each}\n${sha256(bodyOf(each))}`), before);
}

export function manifest(
  from: number,
  until: number,
  hash: string,
  previous = '0'.repeat(64),
): ManifestMessage {
  const counted = { from, until, count: until - from + 1, losses: [] };
  return { schema: 'loadgate.manifest/1', ...SIGNED, stream: KEY.stream, ...counted, previous, hash, at: AT };
}

export function loss(lossId: number, from: number, until: number): LossMessage {
  const entry = { lossId, stream: KEY.stream, cause: 'thinned', count: until - from + 1 } as const;
  const losses = [{ ...entry, sequences: { from, until }, from: AT, until: AT }];
  return { schema: 'loadgate.loss/1', ...SIGNED, losses };
}

export function answer(gone: RangeAnswer['gone'], change: Partial<RangeAnswer> = {}): RangeAnswer {
  const asked = { id: 'a', stream: KEY.stream, from: 1, until: 100, repeated: 0, waiting: 0, losses: [] };
  return { schema: 'loadgate.range-answer/1', ...SIGNED, ...asked, gone, at: AT, ...change };
}

/** A receiver on a real database, at a time that the test steps, and the requests that it sends. */
export class Bench {
  readonly clock = new SteppedClock();
  readonly requests: RangeRequest[] = [];
  published: PublishResult = { ok: true };
  readonly away = new Set<string>();
  readonly directory = temporaryDirectory();
  receiver: Receiver;
  #store = this.#open();
  #made = 0;

  constructor() {
    this.receiver = this.#stand();
  }

  take(...sequences: readonly number[]): boolean[] {
    return sequences.map((sequence) => this.receiver.take({ ...KEY, sequence, body: bodyOf(sequence) }));
  }

  /** @param isOrderly false: what was not on the disk yet is forgotten */
  restart(isOrderly: boolean): void {
    if (isOrderly) this.receiver.flush();
    this.receiver.stop();
    this.#store.close();
    this.#store = this.#open();
    this.receiver = this.#stand();
  }

  report() {
    const [report] = this.receiver.report('home-1');
    return report;
  }

  #open() {
    const opened = openDeskStore(this.directory);
    if (!opened.ok) throw new Error(opened.detail);
    return opened.store;
  }

  #stand(): Receiver {
    return new Receiver({
      store: this.#store,
      clock: this.clock,
      log: new RecordingLog(),
      sha256,
      entropy: { ...fixedEntropy(), identifier: () => `${++this.#made}` },
      bus: {
        isConnected: () => true,
        publish: async (_topic, payload) => {
          if (this.published.ok) this.requests.push(JSON.parse(payload) as RangeRequest);
          return this.published;
        },
      },
      isReachable: (gatewayId) => !this.away.has(gatewayId),
      signer: { keyId: 'desk', publicKey: '', sign: async (payload) => JSON.stringify(payload) },
    });
  }
}

export function numbersOf({ from, until }: { readonly from: number; readonly until: number }): number[] {
  return Array.from({ length: until - from + 1 }, (_, place) => from + place);
}
