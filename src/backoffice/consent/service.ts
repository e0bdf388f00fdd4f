import {
  type ConsentEntryMessage,
  consentRequestSchema,
  type TombstoneMessage,
} from '../../contract/consent.ts';
import type {
  Campaign,
  ConsentLedger,
  ConsentPage,
  ConsentRequestReport,
  ConsentWish,
  HomeConsent,
} from '../../contract/desk.ts';
import type { RestorationMessage } from '../../contract/restoration.ts';
import { TOPICS } from '../../contract/topics.ts';
import type { ConsentPurpose } from '../../domain/consent.ts';
import { iso } from '../../domain/instant.ts';
import type { AuditTrail } from '../audit/trail.ts';
import { problemsOf } from '../notices/checkDraft.ts';
import type { Actor, Outcome } from '../notices/outcome.ts';
import type { Registry } from '../registry/service.ts';
import type { DeskStore } from '../store.ts';
import { type ConsentFile, describeHome, describeLedger, describeRequest, textFor } from './describe.ts';
import { ConsentMail, type ConsentMailParts } from './mail.ts';
import type { KeptRequest, StandQuestion } from './store.ts';

export interface ConsentBookParts extends ConsentMailParts {
  readonly store: DeskStore;
  readonly registry: Pick<Registry, 'find'>;
  readonly trail: AuditTrail;
}

/** A command that a gateway has refused, by its own word. */
interface RefusedCommand {
  readonly topic: string;
  readonly cause: string;
  readonly id?: string;
}

export const NEEDS_REGISTRAR = {
  ok: false,
  code: 'notAllowed',
  sentence: 'This needs the role registrar.',
} as const;

export const NO_OWN_KEY = {
  ok: false,
  code: 'signerUnavailable',
  sentence: 'This desk has no key of its own to sign with (backOfficeKey in its settings).',
} as const;

/** What homes have agreed to, as their gateways have signed it, and what people told the desk for them. */
export class ConsentBook {
  readonly #parts: ConsentBookParts;
  readonly #mail: ConsentMail;

  constructor(parts: ConsentBookParts) {
    this.#parts = parts;
    this.#mail = new ConsentMail(parts);
  }

  get mail(): ConsentMail {
    return this.#mail;
  }

  home(gatewayId: string): HomeConsent {
    return describeHome(this.#file(gatewayId), this.#nowUtcMs());
  }

  /** All that was said, with the signed texts that prove it. */
  ledger(gatewayId: string, of: { readonly person?: string; readonly purpose?: string }): ConsentLedger {
    return describeLedger(this.#parts.store.consentEntries(gatewayId), of);
  }

  page(question: Omit<StandQuestion, 'nowUtcMs'>): ConsentPage {
    const { page, pageSize } = question;
    const found = this.#parts.store.consentStands({ ...question, nowUtcMs: this.#nowUtcMs() });
    return { ...found, page, pageSize };
  }

  /** Who has to be asked again, since another text applies. */
  campaign(purpose: ConsentPurpose, textVersion: string): Campaign {
    return { rows: [...this.#parts.store.agreedToOtherText(purpose, textVersion)] };
  }

  /** What somebody of a home has told the back office: signed, kept and sent to the gateway, whose signed entry answers it. */
  async request(gatewayId: string, wish: ConsentWish, actor: Actor): Promise<Outcome<ConsentRequestReport>> {
    const { signer, registry, clock, entropy } = this.#parts;
    if (!actor.person.roles.includes('registrar')) return NEEDS_REGISTRAR;
    const record = registry.find(gatewayId);
    if (record === undefined) {
      return { ok: false, code: 'notFound', sentence: `No gateway ${gatewayId} is registered.` };
    }
    if (signer === undefined) return NO_OWN_KEY;
    const ofRestriction = wish.purpose === 'dnoRestriction' ? record.consentText : undefined;
    const parsed = consentRequestSchema.safeParse({
      schema: 'loadgate.consent/1',
      gatewayId,
      id: `consent-${entropy.identifier()}`.slice(0, 64),
      issuedAt: iso(clock.now().utcMs),
      textVersion: textFor(this.#file(gatewayId), wish.purpose) ?? ofRestriction,
      ...wish,
    });
    if (!parsed.success) {
      const sentence = 'What was sent cannot be taken as it is; see each problem.';
      return { ok: false, code: 'notValid', sentence, problems: problemsOf(parsed.error.issues) };
    }
    const request = parsed.data;
    const kept: KeptRequest = {
      request,
      jws: await signer.sign(request),
      by: actor.person.name,
      state: 'waiting',
    };
    this.#keep(kept, actor);
    await this.#mail.send(gatewayId);
    return { ok: true, value: describeRequest(this.#find(gatewayId, request.id) ?? kept) };
  }

  /** Signature and gateway are checked. It is on the disk when this returns; the acknowledgement goes behind it. */
  take(message: ConsentEntryMessage | TombstoneMessage, jws: string): void {
    const { store } = this.#parts;
    const { gatewayId } = message;
    if (message.schema === 'loadgate.tombstone/1') {
      store.saveTombstone({ message, jws });
      return;
    }
    store.transaction(() => {
      store.saveConsentEntry(message, jws);
      const asked = message.requestId === undefined ? undefined : this.#find(gatewayId, message.requestId);
      // The entry is the gateway's signed answer to what it was asked for.
      if (asked !== undefined) store.saveConsentRequest({ ...asked, state: 'acknowledged' });
    });
    void this.#mail.acknowledge(gatewayId);
  }

  /** The gateway goes on from a backup, and does not know what was said since: neither does this count until it is said anew. */
  restored({ gatewayId, at }: RestorationMessage): void {
    this.#parts.store.unconfirmConsent(gatewayId, Date.parse(at));
  }

  /** Nobody has signed this: it changes what is shown of a request, and nothing else. */
  refused(gatewayId: string, { topic, cause, id }: RefusedCommand): void {
    const { store } = this.#parts;
    if (topic.endsWith(`/${TOPICS.consent.suffix}`) && id !== undefined) {
      const kept = this.#find(gatewayId, id);
      const isOpen = kept?.state === 'waiting' || kept?.state === 'sent';
      if (isOpen) store.saveConsentRequest({ ...kept, state: 'refused', cause });
    }
    if (!topic.endsWith(`/${TOPICS.consentTexts.suffix}`)) return;
    const announced = store.announcement(gatewayId);
    if (announced !== undefined) store.saveAnnouncements([{ ...announced, state: 'refused', cause }]);
  }

  #keep(kept: KeptRequest, { person, from }: Actor): void {
    const { store, trail } = this.#parts;
    const { gatewayId, id, purpose, action, textVersion, evidence } = kept.request;
    const seen = evidence === undefined ? '' : `, evidence ${evidence}`;
    const sentence = `${purpose} ${action} by ${kept.request.person}, text ${textVersion}${seen}; request ${id}.`;
    store.transaction(() => {
      store.saveConsentRequest(kept);
      trail.write({ user: person.name, action: 'consent.entered', subject: gatewayId, from, sentence });
    });
  }

  #find(gatewayId: string, id: string): KeptRequest | undefined {
    return this.#parts.store.consentRequests(gatewayId).find(({ request }) => request.id === id);
  }

  #file(gatewayId: string): ConsentFile {
    const { store } = this.#parts;
    const announcement = store.announcement(gatewayId);
    return {
      gatewayId,
      entries: store.consentEntries(gatewayId),
      requests: store.consentRequests(gatewayId),
      tombstones: store.tombstones(gatewayId),
      ...(announcement === undefined ? {} : { announcement }),
    };
  }

  #nowUtcMs(): number {
    return this.#parts.clock.now().utcMs;
  }
}
