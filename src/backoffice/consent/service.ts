import {
  type ConsentAck,
  type ConsentEntryMessage,
  type ConsentRequest,
  consentRequestSchema,
  type TombstoneMessage,
} from '../../contract/consent.ts';
import { topicOf } from '../../contract/topics.ts';
import type { ConsentPurpose } from '../../domain/consent.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Signer } from '../../ports/signature.ts';
import type { DeskStore } from '../store.ts';
import {
  type ConsentFile,
  EMPTY_FILE,
  type ProvenEntry,
  proofOf,
  toAskAgain,
  unacknowledged,
  withAcknowledged,
  withEntry,
  withRequest,
  withTombstone,
} from './rules.ts';

interface ConsentBookParts {
  readonly store: Pick<DeskStore, 'remembered' | 'remember'>;
  readonly bus: Pick<Bus, 'publish' | 'onConnection'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Key of the back office itself; absent: nothing can be acknowledged, and gateways show that. */
  readonly signer?: Signer;
}

/** An acknowledgement names at most this many entries. */
const MOST_ENTRIES = 100;
/** Homes for which the broker has not taken everything yet. */
const UNSENT = 'consent to be sent';

/** What homes have agreed to, as their gateways have signed it, and the acknowledgement of it. */
export class ConsentBook {
  readonly #parts: ConsentBookParts;

  constructor(parts: ConsentBookParts) {
    this.#parts = parts;
    parts.bus.onConnection((isConnected) => {
      if (isConnected) void this.#sendUnsent();
    });
  }

  file(gatewayId: string): ConsentFile {
    const text = this.#parts.store.remembered(nameOf(gatewayId));
    return text === undefined ? EMPTY_FILE : (JSON.parse(text) as ConsentFile);
  }

  /** All that one person of a home has said, with the signed texts that prove it. */
  proof(gatewayId: string, person: string, purpose?: ConsentPurpose): readonly ProvenEntry[] {
    return proofOf(this.file(gatewayId), person, purpose);
  }

  /** Of these homes: who has to be asked again, since another text applies. */
  campaign(
    gatewayIds: readonly string[],
    purpose: ConsentPurpose,
    textVersion: string,
  ): readonly { readonly gatewayId: string; readonly person: string }[] {
    return gatewayIds.flatMap((gatewayId) =>
      toAskAgain(this.file(gatewayId), purpose, textVersion).map((person) => ({ gatewayId, person })),
    );
  }

  /**
   * What somebody of a home has told the back office: signed, kept and sent to the gateway, whose signed entry answers it.
   * @returns what is wrong with it, in words; undefined: it is kept
   */
  async request(wish: Omit<ConsentRequest, 'schema' | 'id' | 'issuedAt'>): Promise<string | undefined> {
    const { signer, clock, entropy } = this.#parts;
    if (signer === undefined) return 'this back office has no key of its own to sign with';
    const parsed = consentRequestSchema.safeParse({
      schema: 'loadgate.consent/1',
      id: `consent-${entropy.identifier()}`,
      issuedAt: new Date(clock.now().utcMs).toISOString(),
      ...wish,
    });
    if (!parsed.success) {
      return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    }
    const jws = await signer.sign(parsed.data);
    const { gatewayId } = wish;
    this.#save(gatewayId, withRequest(this.file(gatewayId), { request: parsed.data, jws }));
    this.#markUnsent(gatewayId, true);
    await this.#send(gatewayId);
    return undefined;
  }

  /** Whatever a gateway has not answered yet goes again, the same bytes: it knows them by their id. */
  async #send(gatewayId: string): Promise<void> {
    const results = [];
    for (const { jws } of this.file(gatewayId).requests) {
      results.push(await this.#parts.bus.publish(topicOf(gatewayId, 'consent'), jws, { retain: false }));
    }
    if (results.every(({ ok }) => ok)) this.#markUnsent(gatewayId, false);
  }

  /** What the broker has taken it keeps for a gateway that is away; the rest is kept here until it is back. */
  async #sendUnsent(): Promise<void> {
    for (const gatewayId of this.#unsent()) await this.#send(gatewayId);
  }

  #unsent(): readonly string[] {
    return JSON.parse(this.#parts.store.remembered(UNSENT) ?? '[]') as string[];
  }

  #markUnsent(gatewayId: string, isUnsent: boolean): void {
    const others = this.#unsent().filter((other) => other !== gatewayId);
    this.#parts.store.remember(UNSENT, JSON.stringify(isUnsent ? [...others, gatewayId] : others));
  }

  /** Signature and gateway are checked. Resolves when it is on the disk; the acknowledgement is sent behind it. */
  async take(message: ConsentEntryMessage | TombstoneMessage, jws: string): Promise<void> {
    const { gatewayId } = message;
    const before = this.file(gatewayId);
    const isEntry = message.schema === 'loadgate.consent-entry/1';
    this.#save(gatewayId, isEntry ? withEntry(before, message, jws) : withTombstone(before, message, jws));
    if (isEntry) await this.#acknowledge(gatewayId);
  }

  /** What the broker does not take goes with the next entry of that home. */
  async #acknowledge(gatewayId: string): Promise<void> {
    const { signer, bus, clock, entropy } = this.#parts;
    const told = unacknowledged(this.file(gatewayId)).slice(0, MOST_ENTRIES);
    if (signer === undefined || told.length === 0) return;
    const jws = await signer.sign({
      schema: 'loadgate.consent-ack/1',
      gatewayId,
      id: `ack-${entropy.identifier()}`,
      issuedAt: new Date(clock.now().utcMs).toISOString(),
      entries: told.map(({ entry, at }) => ({ entry, at })),
    } satisfies ConsentAck);
    const result = await bus.publish(topicOf(gatewayId, 'consentAck'), jws, { retain: false });
    if (result.ok) this.#save(gatewayId, withAcknowledged(this.file(gatewayId), told));
  }

  #save(gatewayId: string, file: ConsentFile): void {
    this.#parts.store.remember(nameOf(gatewayId), JSON.stringify(file));
  }
}

function nameOf(gatewayId: string): string {
  return `consent of ${gatewayId}`;
}
