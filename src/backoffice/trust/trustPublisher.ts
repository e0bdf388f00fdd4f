import type { PublishedTrust } from '../../contract/desk.ts';
import { TRUST_TOPIC } from '../../contract/topics.ts';
import { trustBundleSchema } from '../../contract/trustBundle.ts';
import type { Bus } from '../../ports/bus.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { Actor, Outcome } from '../notices/outcome.ts';
import type { DeskStore } from '../store.ts';

const REMEMBERED = 'trust bundle';

export interface TrustParts {
  readonly store: DeskStore;
  readonly trail: AuditTrail;
  readonly bus: Bus;
  readonly verify: SignatureReader;
  /** Raw public keys of the root. Empty: the signature is left to the gateways. */
  readonly rootKeys: readonly string[];
}

/** Hands a signed trust bundle to the broker, which keeps it for every gateway. */
export class TrustPublisher {
  readonly #parts: TrustParts;

  constructor(parts: TrustParts) {
    this.#parts = parts;
    // A broker that was set up anew has forgotten it.
    parts.bus.onConnection((isConnected) => {
      const jws = parts.store.remembered(REMEMBERED);
      if (isConnected && jws !== undefined) void parts.bus.publish(TRUST_TOPIC, jws, { retain: true });
    });
  }

  /** Version of the bundle that was published last. */
  version(): number | undefined {
    const jws = this.#parts.store.remembered(REMEMBERED);
    const bundle = jws === undefined ? undefined : this.#read(jws);
    return bundle?.version;
  }

  async publish(jws: string, actor: Actor): Promise<Outcome<PublishedTrust>> {
    if (!actor.person.roles.includes('registrar')) {
      return { ok: false, code: 'notAllowed', sentence: 'This needs the role registrar.' };
    }
    const text = jws.trim();
    const bundle = this.#read(text);
    if (bundle === undefined) {
      const sentence = 'This is no signed trust bundle; make one with `loadgate keys`.';
      return { ok: false, code: 'notValid', sentence };
    }
    const { rootKeys, verify, bus, store, trail } = this.#parts;
    const verdicts = await Promise.all(rootKeys.map((key) => verify.isSignedBy(text, key)));
    if (rootKeys.length > 0 && !verdicts.includes(true)) {
      const sentence = 'None of the root keys of this desk has signed it: gateways would refuse it.';
      return { ok: false, code: 'notValid', sentence };
    }
    const before = this.version() ?? 0;
    if (bundle.version <= before && text !== store.remembered(REMEMBERED)) {
      const sentence = `Version ${before} was published before; gateways take only a higher one, and this is ${bundle.version}.`;
      return { ok: false, code: 'wrongState', sentence };
    }
    const result = await bus.publish(TRUST_TOPIC, text, { retain: true });
    if (!result.ok) {
      return { ok: false, code: 'wrongState', sentence: `The broker has not taken it: ${result.detail}.` };
    }
    const { version, keys, revoked } = bundle;
    store.transaction(() => {
      store.remember(REMEMBERED, text);
      const sentence = `Published version ${version}: ${keys.length} keys, ${revoked.length} revoked.`;
      trail.write({
        user: actor.person.name,
        action: 'trust.published',
        subject: String(version),
        from: actor.from,
        sentence,
      });
    });
    return { ok: true, value: { version, keys: keys.length, revoked: revoked.length } };
  }

  #read(jws: string): ReturnType<typeof trustBundleSchema.parse> | undefined {
    const payload = this.#parts.verify.takeApart(jws)?.payload;
    if (payload === undefined) return undefined;
    try {
      const parsed = trustBundleSchema.safeParse(JSON.parse(payload));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  }
}
