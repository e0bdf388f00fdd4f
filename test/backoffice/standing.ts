import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDeskStore } from '../../src/adapters/deskStore/openDeskStore.ts';
import { thumbprintOf } from '../../src/adapters/jose/keyForms.ts';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { createPasswords, sha256 } from '../../src/adapters/system/passwords.ts';
import { createDesk, type Desk, type DeskOptions } from '../../src/backoffice/desk.ts';
import type { DeskStore } from '../../src/backoffice/store.ts';
import type { Draft, Role, Session } from '../../src/contract/desk.ts';
import { receiptMessageOf } from '../../src/contract/receipt.ts';
import type { Receipt } from '../../src/domain/restriction.ts';
import type { Bus, BusMessage, PublishResult } from '../../src/ports/bus.ts';
import type { WebAnswer } from '../../src/ports/web.ts';
import { makeSigner, type TestSigner } from '../support/keys.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';

export const PASSWORD = 'correct horse battery';
/** Dear enough for nothing: the tests are not about that. */
const passwords = createPasswords({ N: 1024, r: 8, p: 1 });
const hashed = passwords.hash(PASSWORD);

/** A bus that keeps what is published and answers by script. */
class FakeBus implements Bus {
  readonly published: { topic: string; payload: string; retain: boolean }[] = [];
  readonly #listeners = new Set<(isConnected: boolean) => void>();
  isUp = true;
  answer: (topic: string) => PublishResult = () => ({ ok: true });

  isConnected(): boolean {
    return this.isUp;
  }

  async publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<PublishResult> {
    if (!this.isUp) return { ok: false, cause: 'offline', detail: 'no connection' };
    const result = this.answer(topic);
    if (result.ok) this.published.push({ topic, payload, retain: options?.retain === true });
    return result;
  }

  subscribe(): void {}

  onConnection(listener: (isConnected: boolean) => void): () => void {
    this.#listeners.add(listener);
    listener(this.isUp);
    return () => this.#listeners.delete(listener);
  }

  turn(isUp: boolean): void {
    this.isUp = isUp;
    for (const listener of this.#listeners) listener(isUp);
  }

  /** Of a process that is gone. */
  forgetListeners(): void {
    this.#listeners.clear();
  }

  async close(): Promise<void> {}
}

const PEOPLE: Readonly<Record<string, readonly Role[]>> = {
  anna: ['engineer', 'authoriser'],
  bob: ['authoriser', 'engineer'],
  vera: ['viewer'],
  rolf: ['registrar'],
};

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
  readonly answer: WebAnswer;
}

/** A desk on a real database and a fake bus, at a time that the test steps. */
export class StandingDesk {
  readonly directory: string;
  readonly clock: SteppedClock;
  readonly bus = new FakeBus();
  readonly log = new RecordingLog();
  readonly signer: TestSigner;
  readonly root: TestSigner;
  readonly gateways = new Map<string, TestSigner>();
  store: DeskStore;
  desk: Desk;
  readonly #sequences = new Map<string, number>();
  readonly #tokens = new Map<string, string>();
  readonly #change: Partial<DeskOptions>;

  constructor(
    change: Partial<DeskOptions> = {},
    clock = new SteppedClock({ utcMs: Date.UTC(2026, 0, 5, 17) }),
  ) {
    this.directory = mkdtempSync(join(tmpdir(), 'loadgate-desk-'));
    this.clock = clock;
    this.signer = makeSigner('distributor-1');
    this.root = makeSigner();
    this.#change = change;
    this.store = this.#open();
    this.desk = this.#stand();
    onTestFinished(() => {
      this.desk.stop();
      this.store.close();
      rmSync(this.directory, { recursive: true });
    });
  }

  /** Ends without a word, as a killed process does, and begins again on the same database. */
  restart(): void {
    this.desk.stop();
    this.store.close();
    this.bus.forgetListeners();
    this.#tokens.clear();
    this.store = this.#open();
    this.desk = this.#stand();
  }

  async as<T = never>(
    name: string,
    method: 'GET' | 'POST',
    path: string,
    body: unknown = {},
  ): Promise<Reply<T>> {
    const token = this.#tokens.get(name) ?? (await this.#logIn(name));
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return this.ask(method, path, body, headers);
  }

  async ask<T = never>(
    method: string,
    target: string,
    body: unknown = {},
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const url = new URL(target, 'http://desk');
    const answer = await this.desk.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { 'content-type': 'application/json', ...headers },
      body: method === 'POST' ? (typeof body === 'string' ? body : JSON.stringify(body)) : '',
      from: '192.0.2.7',
    });
    if (!('body' in answer)) throw new Error('expected an answer that ends');
    const isJson = answer.headers?.['content-type']?.startsWith('application/json') === true;
    return {
      status: answer.status,
      body: isJson ? JSON.parse(String(answer.body)) : String(answer.body),
      answer,
    };
  }

  /** @param change of each gateway, by its number */
  async register(count: number, change: (index: number) => object = () => ({})): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, (_, index) => `home-${String(index + 1).padStart(4, '0')}`);
    const gateways = ids.map((gatewayId, index) => {
      const signer = makeSigner();
      this.gateways.set(gatewayId, signer);
      const { publicKey } = signer;
      return {
        gatewayId,
        distributor: '12',
        feeder: 'feeder-12',
        supplierId: 'ABCD',
        consent: 'given',
        publicKey,
        ...change(index),
      };
    });
    const reply = await this.as('rolf', 'POST', '/api/gateways/import', { gateways });
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
    return ids;
  }

  /** One interval of a minute that ends now; amps on one phase, the charge point's part of it. */
  telemetry(gatewayId: string, importA: number, chargeA: number): Promise<void> {
    const nowMs = this.clock.now().utcMs;
    const flow = (a: number) => ({
      state: 'measured',
      meanA: a,
      minimumA: a,
      maximumA: a,
      coveredMs: 60_000,
    });
    return this.#send(gatewayId, 'telemetry', 'loadgate.telemetry/1', {
      intervalFrom: new Date(nowMs - 60_000).toISOString(),
      intervalUntil: new Date(nowMs).toISOString(),
      durationMs: 60_000,
      clockLevel: 'synced',
      circuits: [{ circuitId: 'connection-point', phases: [{ phase: 'L1', flow: flow(importA) }] }],
      loads: [
        {
          loadId: 'charge-point',
          kind: 'chargePoint',
          phases: [{ phase: 'L1', flow: flow(chargeA) }],
          state: 'C',
        },
      ],
    });
  }

  receipt(
    gatewayId: string,
    change: Partial<Receipt> & Pick<Receipt, 'status' | 'sha256'>,
    signer?: TestSigner,
  ): Promise<void> {
    const now = this.clock.now();
    const payload = receiptMessageOf({
      gatewayId,
      atUtcMs: now.utcMs,
      runningMs: now.runningMs,
      clockLevel: 'synced',
      isRehearsal: false,
      adjustments: [],
      issuer: '12',
      ...change,
    });
    return this.signed(gatewayId, payload, signer);
  }

  signed(gatewayId: string, payload: object, signer = this.gateways.get(gatewayId)): Promise<void> {
    if (signer === undefined) throw new Error(`no key of ${gatewayId}`);
    return this.#send(gatewayId, 'receipts', 'loadgate.signed/1', { jws: signer.sign(payload) });
  }

  async deliver(message: BusMessage): Promise<void> {
    let isDone = false;
    const taken = this.desk.take(message).finally(() => {
      isDone = true;
    });
    // Signatures are checked on other threads, in real time; what waits for the clock needs its step.
    while (!isDone) {
      await this.clock.advance(0);
      await Promise.race([taken, pause()]);
    }
    await taken;
  }

  envelope(gatewayId: string, stream: string, schema: string, body: object, sequence?: number): BusMessage {
    const key = `${gatewayId} ${stream}`;
    const next = sequence ?? (this.#sequences.get(key) ?? 0) + 1;
    this.#sequences.set(key, next);
    const now = this.clock.now();
    const message = {
      schema,
      gatewayId,
      outboxId: '0123abcd',
      stream,
      sequence: next,
      recordedAt: new Date(now.utcMs).toISOString(),
      runningMs: now.runningMs,
      body,
    };
    return { topic: `loadgate/v1/${gatewayId}/${stream}`, payload: Buffer.from(JSON.stringify(message)) };
  }

  #send(gatewayId: string, stream: string, schema: string, body: object): Promise<void> {
    return this.deliver(this.envelope(gatewayId, stream, schema, body));
  }

  async #logIn(name: string): Promise<string> {
    const reply = await this.ask<Session>('POST', '/api/login', {
      user: name,
      password: PASSWORD,
      wantsToken: true,
    });
    if (reply.status !== 200 || reply.body.token === undefined) throw new Error(JSON.stringify(reply.body));
    this.#tokens.set(name, reply.body.token);
    return reply.body.token;
  }

  #open(): DeskStore {
    const opened = openDeskStore(this.directory);
    if (!opened.ok) throw new Error(opened.detail);
    return opened.store;
  }

  #stand(): Desk {
    let next = 0;
    return createDesk({
      store: this.store,
      bus: this.bus,
      verify: createSignatureReader(),
      keyIdOf: thumbprintOf,
      signers: new Map([
        [
          '12',
          {
            keyId: this.signer.keyId,
            publicKey: this.signer.publicKey,
            sign: async (payload: object) => this.signer.sign(payload),
          },
        ],
      ]),
      rootKeys: [this.root.publicKey],
      caps: { longestSeconds: 7_200, longestInDaySeconds: 7_200 },
      people: { find: (name) => personOf(name) },
      passwords,
      sha256,
      clock: this.clock,
      entropy: {
        wholeUpTo: () => 0,
        identifier: () =>
          `${String(++next).padStart(8, '0')}-${this.clock.runningMs()}-4000-8000-${Math.random()}`,
      },
      log: this.log,
      version: '1.2.3',
      page: (path) =>
        path === '/' ? { status: 200, headers: { 'content-type': 'text/html' }, body: 'page' } : undefined,
      isSecure: false,
      ...this.#change,
    });
  }
}

await hashed;
const hash = await hashed;

function personOf(name: string) {
  const roles = PEOPLE[name];
  return roles === undefined ? undefined : { name, roles, password: hash };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** A draft that nothing is wrong with, at 17:00 on 5 January 2026. */
export function exampleDraft(change: Partial<Draft> = {}): Draft {
  return {
    issuer: '12',
    area: { kind: 'feeder', areaId: 'feeder-12' },
    measure: { kind: 'chargePointCeiling', ceilingA: 6 },
    durationSeconds: 1_800,
    reason: 'The transformer of feeder 12 is overloaded.',
    basis: {
      flexibilityService: 'Evening turn-down, contract 7',
      cause: 'flexibilityFailed',
      established: 'Telemetry of the provider shows no response since 16:40.',
      customersToldAt: '2026-01-02T09:00:00Z',
      suppliersToldAt: '2026-01-02T09:00:00Z',
    },
    rehearsal: false,
    ...change,
  };
}
