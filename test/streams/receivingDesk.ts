import { openDeskStore } from '../../src/adapters/deskStore/openDeskStore.ts';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { bodyTextOf } from '../../src/backoffice/intake/readUpward.ts';
import { Receiver } from '../../src/backoffice/usage/service.ts';
import type { StreamReport } from '../../src/contract/desk.ts';
import {
  type LossMessage,
  lossSchema,
  manifestSchema,
  type RangeRequest,
  rangeAnswerSchema,
} from '../../src/contract/streams.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { fixedEntropy } from '../sync/fakes.ts';
import type { Delivered } from './lossyBroker.ts';
import { keyOf, sha256 } from './sampledGateway.ts';

/** The receiver of the desk on its own database, and what it made of all that came. */
export class ReceivingDesk {
  /** By key, with the hash of the body. */
  readonly taken = new Map<string, string>();
  /** Signed texts of the stream of receipts. */
  readonly signed = new Set<string>();
  readonly losses: LossMessage['losses'][number][] = [];
  repeatedDeliveries = 0;
  requests = 0;
  bytes = 0;
  #requested: RangeRequest[] = [];
  readonly #receiver: Receiver;
  readonly #close: () => void;
  readonly #reader = createSignatureReader();

  constructor(directory: string, clock: Clock) {
    const desk = openDeskStore(directory);
    if (!desk.ok) throw new Error(desk.detail);
    this.#close = () => desk.store.close();
    this.#receiver = new Receiver({
      store: desk.store,
      clock,
      log: new RecordingLog(),
      sha256,
      entropy: { ...fixedEntropy(), identifier: () => `request-${this.requests}` },
      bus: {
        isConnected: () => true,
        publish: async (_topic, payload) => {
          this.requests += 1;
          this.#requested.push(JSON.parse(payload) as RangeRequest);
          return { ok: true };
        },
      },
      // Whoever hands the requests on signs them, or the gateway's own reading of signatures is tested elsewhere.
      signer: { keyId: 'desk', publicKey: '', sign: async (payload) => JSON.stringify(payload) },
      isReachable: () => true,
    });
  }

  take({ outboxId, stream, sequence, payload }: Delivered): void {
    this.bytes += payload.length;
    const { body } = JSON.parse(payload) as { readonly body: { readonly jws?: string } };
    const text = bodyTextOf(payload, body);
    const key = keyOf({ outboxId, stream, sequence });
    if (!this.#receiver.take({ gatewayId: 'home', outboxId, stream, sequence, body: text })) {
      if (this.taken.get(key) !== sha256(text)) throw new Error(`${key} came again with another body`);
      this.repeatedDeliveries += 1;
      return;
    }
    if (this.taken.has(key)) throw new Error(`${key} was taken twice`);
    this.taken.set(key, sha256(text));
    if (body.jws !== undefined) this.#read(body.jws);
  }

  /** What it has asked for since. */
  takeRequests(): readonly RangeRequest[] {
    const requested = this.#requested;
    this.#requested = [];
    return requested;
  }

  report(): readonly StreamReport[] {
    this.#receiver.flush();
    return this.#receiver.report('home');
  }

  close(): void {
    this.#receiver.stop();
    this.#close();
  }

  #read(jws: string): void {
    this.signed.add(jws);
    const told: unknown = JSON.parse(this.#reader.takeApart(jws)?.payload ?? 'null');
    const loss = lossSchema.safeParse(told);
    if (loss.success) {
      this.losses.push(...loss.data.losses);
      this.#receiver.takeLosses(loss.data);
    }
    const manifest = manifestSchema.safeParse(told);
    if (manifest.success) this.#receiver.takeManifest(manifest.data);
    const answer = rangeAnswerSchema.safeParse(told);
    if (answer.success) this.#receiver.takeAnswer(answer.data);
  }
}
