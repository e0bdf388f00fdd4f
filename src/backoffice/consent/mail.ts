import type { ConsentAck } from '../../contract/consent.ts';
import { type GatewayTopicName, topicOf } from '../../contract/topics.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { Bus } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Log } from '../../ports/log.ts';
import type { Signer } from '../../ports/signature.ts';
import type { ConsentStore, ProvenEntry } from './store.ts';

export interface ConsentMailParts {
  readonly store: ConsentStore;
  readonly bus: Pick<Bus, 'publish' | 'onConnection'>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** Key of the back office itself; absent: nothing can be acknowledged, and gateways show that. */
  readonly signer?: Signer;
}

/** An acknowledgement names at most this many entries. */
const MOST_ENTRIES = 100;
/** A gateway that is there and has not answered a request for so long gets it again: its session may have been lost. */
const SEND_AGAIN_MS = 600_000;

/**
 * What the desk says to gateways about consent. Whatever the broker has not taken goes when it is back; what it has taken it
 * keeps for a gateway that is away. The same bytes again change nothing there.
 */
export class ConsentMail {
  readonly #parts: ConsentMailParts;
  readonly #acknowledging = new Set<string>();
  /** Gateways that have not answered a request, and when it was sent last. */
  readonly #unanswered: Map<string, RunningMs>;

  constructor(parts: ConsentMailParts) {
    this.#parts = parts;
    const nowMs = parts.clock.runningMs();
    this.#unanswered = new Map(parts.store.unansweredConsent().map((gatewayId) => [gatewayId, nowMs]));
    parts.bus.onConnection((isConnected) => {
      if (isConnected) void this.sendAll();
    });
  }

  /** Everything that waits for the broker. Never rejects. */
  async sendAll(): Promise<void> {
    const { store, log } = this.#parts;
    try {
      for (const gatewayId of store.unsentConsent()) await this.send(gatewayId);
      for (const gatewayId of store.unacknowledgedConsent()) await this.acknowledge(gatewayId);
    } catch (error) {
      log.error({ detail: String(error) }, 'What waits about consent could not be read; it waits');
    }
  }

  /** What goes wrong here is tried again with the next, and at the next connection. Never rejects. */
  async send(gatewayId: string): Promise<void> {
    try {
      await this.#send(gatewayId);
    } catch (error) {
      const fields = { gatewayId, detail: String(error) };
      this.#parts.log.error(fields, 'What was entered about consent could not be sent; it waits');
    }
  }

  /** Texts first, since what is given is about them; then what the gateway has not answered. */
  async #send(gatewayId: string): Promise<void> {
    const { store, clock } = this.#parts;
    const open = store
      .consentRequests(gatewayId)
      .filter(({ state }) => state === 'waiting' || state === 'sent');
    const announced = store.announcement(gatewayId);
    const isTold = announced === undefined || announced.state === 'refused';
    if (!isTold && (open.length > 0 || announced.state === 'waiting')) {
      const isTaken = await this.#publish(gatewayId, 'consentTexts', announced.jws);
      if (!isTaken) return;
      const now = store.announcement(gatewayId);
      if (now?.version === announced.version && now.state === 'waiting') {
        store.saveAnnouncements([{ ...now, state: 'sent' }]);
      }
    }
    for (const { request, jws } of open) {
      if (!(await this.#publish(gatewayId, 'consent', jws))) return;
      // The answer may have come before that of the broker.
      const now = store.consentRequests(gatewayId).find((kept) => kept.request.id === request.id);
      if (now?.state === 'waiting') store.saveConsentRequest({ ...now, state: 'sent' });
      this.#unanswered.set(gatewayId, clock.runningMs());
    }
  }

  /** A gateway has shown that it is there. */
  turnedUp(gatewayId: string): void {
    const { clock, store } = this.#parts;
    const sentMs = this.#unanswered.get(gatewayId);
    if (sentMs === undefined || clock.runningMs() - sentMs < SEND_AGAIN_MS) return;
    this.#unanswered.delete(gatewayId);
    if (store.consentRequests(gatewayId).some(({ state }) => state === 'sent')) void this.send(gatewayId);
  }

  /** Tells the gateway which of its entries are on the disk here. Never rejects. */
  async acknowledge(gatewayId: string): Promise<void> {
    const { signer, store, clock, entropy } = this.#parts;
    if (signer === undefined || this.#acknowledging.has(gatewayId)) return;
    this.#acknowledging.add(gatewayId);
    try {
      for (let told = this.#untold(gatewayId); told.length > 0; told = this.#untold(gatewayId)) {
        const entries = told.map(({ message: { entry, at } }) => ({ entry, at }));
        const jws = await signer.sign({
          schema: 'loadgate.consent-ack/1',
          gatewayId,
          id: `ack-${entropy.identifier()}`,
          issuedAt: new Date(clock.now().utcMs).toISOString(),
          entries,
        } satisfies ConsentAck);
        if (!(await this.#publish(gatewayId, 'consentAck', jws))) return;
        store.acknowledgeConsent(gatewayId, entries);
      }
    } catch (error) {
      const fields = { gatewayId, detail: String(error) };
      this.#parts.log.error(fields, 'Entries of consent could not be acknowledged; they are with the next');
    } finally {
      this.#acknowledging.delete(gatewayId);
    }
  }

  #untold(gatewayId: string): readonly ProvenEntry[] {
    const entries = this.#parts.store.consentEntries(gatewayId);
    return entries.filter(({ isAcknowledged }) => !isAcknowledged).slice(0, MOST_ENTRIES);
  }

  async #publish(gatewayId: string, name: GatewayTopicName, jws: string): Promise<boolean> {
    const result = await this.#parts.bus.publish(topicOf(gatewayId, name), jws, { retain: false });
    if (!result.ok)
      this.#parts.log.debug({ gatewayId, name, detail: result.detail }, 'The broker has not taken it');
    return result.ok;
  }
}
