import type { ConsentTextsMessage } from '../../contract/consent.ts';
import type { PublishedTexts, PublishTexts } from '../../contract/desk.ts';
import type { ConsentPurpose } from '../../domain/consent.ts';
import { iso } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Signer } from '../../ports/signature.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Actor, Outcome } from '../notices/outcome.ts';
import type { Registry } from '../registry/service.ts';
import type { DeskStore } from '../store.ts';
import type { ConsentMail } from './mail.ts';
import { NEEDS_REGISTRAR, NO_OWN_KEY } from './service.ts';
import type { Announcement } from './store.ts';

interface TextPublisherParts {
  readonly store: DeskStore;
  readonly registry: Pick<Registry, 'find' | 'gatewayIds' | 'membersOf'>;
  readonly trail: AuditTrail;
  readonly clock: Clock;
  readonly mail: Pick<ConsentMail, 'sendAll'>;
  readonly signer?: Signer;
}

type Texts = ConsentTextsMessage['texts'];

/** Announces new texts to gateways. A gateway is always told all of its texts, under a version that rises over the whole desk. */
export class TextPublisher {
  readonly #parts: TextPublisherParts;

  constructor(parts: TextPublisherParts) {
    this.#parts = parts;
  }

  async publish({ texts, to }: PublishTexts, actor: Actor): Promise<Outcome<PublishedTexts>> {
    const { signer, store, trail, clock, mail } = this.#parts;
    if (!actor.person.roles.includes('registrar')) return NEEDS_REGISTRAR;
    if (signer === undefined) return NO_OWN_KEY;
    const gatewayIds = this.#gatewaysOf(to);
    if (gatewayIds.length === 0) {
      return { ok: false, code: 'notFound', sentence: `No gateway is registered for ${wordsOf(to)}.` };
    }
    const version = store.lastTextsVersion() + 1;
    const atUtcMs = clock.now().utcMs;
    const signed = new Map<string, string>();
    const announcements: Announcement[] = [];
    for (const gatewayId of gatewayIds) {
      const all: Texts = { ...store.announcement(gatewayId)?.texts, ...texts };
      const name = JSON.stringify(all);
      const jws = signed.get(name) ?? (await signer.sign(messageOf(all, version, iso(atUtcMs))));
      signed.set(name, jws);
      announcements.push({ gatewayId, version, atUtcMs, texts: all, jws, state: 'waiting' });
    }
    const isKept = store.transaction(() => {
      // Signing takes its time: meanwhile somebody may have published others.
      if (store.lastTextsVersion() + 1 !== version) return false;
      store.saveAnnouncements(announcements);
      const told = Object.entries(texts).map(([purpose, text]) => `${purpose} ${text?.version}`);
      const sentence = `Version ${version} of the texts for ${gatewayIds.length} gateways: ${told.join(', ')}.`;
      const subject = wordsOf(to);
      trail.write({
        user: actor.person.name,
        action: 'consent.textsPublished',
        subject,
        from: actor.from,
        sentence,
      });
      return true;
    });
    if (!isKept) {
      const sentence = 'Somebody else has published texts at the same moment; look at them, and do it again.';
      return { ok: false, code: 'wrongState', sentence };
    }
    void mail.sendAll();
    const value = { version, gateways: gatewayIds.length, toAskAgain: this.#toAskAgain(texts, gatewayIds) };
    return { ok: true, value };
  }

  #gatewaysOf(to: PublishTexts['to']): readonly string[] {
    const { registry } = this.#parts;
    if (to.kind === 'all') return registry.gatewayIds();
    if (to.kind === 'gateway') return registry.find(to.gatewayId) === undefined ? [] : [to.gatewayId];
    return registry.membersOf(to).map(({ gatewayId }) => gatewayId);
  }

  #toAskAgain(texts: Texts, gatewayIds: readonly string[]): number {
    const told = new Set(gatewayIds);
    const persons = Object.entries(texts).flatMap(([purpose, text]) =>
      text === undefined ? [] : this.#parts.store.agreedToOtherText(purpose as ConsentPurpose, text.version),
    );
    return persons.filter(({ gatewayId }) => told.has(gatewayId)).length;
  }
}

function messageOf(texts: Texts, version: number, issuedAt: string): ConsentTextsMessage {
  return { schema: 'loadgate.consent-texts/1', version, issuedAt, texts };
}

function wordsOf(to: PublishTexts['to']): string {
  if (to.kind === 'all') return 'all gateways';
  return to.kind === 'gateway' ? to.gatewayId : `${to.kind} ${to.areaId}`;
}
