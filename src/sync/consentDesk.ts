import {
  type ConsentAck,
  type ConsentRequest,
  type ConsentTextsMessage,
  consentTextsFrom,
} from '../contract/consent.ts';
import { type ConsentEntry, type ConsentTexts, consentOfPerson } from '../domain/consent.ts';
import type { UtcMs } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { judgeFreshness, judgeSinceRestore } from './freshness.ts';
import { type Refusal, refuse } from './refusal.ts';

export type ConsentMessage = ConsentRequest | ConsentAck | ConsentTextsMessage;

/** The ledger as the back office may speak to it. */
export interface ConsentInlet {
  readonly view: () => {
    readonly ledger: readonly ConsentEntry[];
    readonly texts: ConsentTexts;
    /** Of the texts that were announced last; 0: none were. */
    readonly textsVersion: number;
  };
  /** Resolves when it is recorded. So with the others. */
  readonly onEntry: (entry: ConsentEntry) => Promise<void>;
  readonly onAcknowledged: (entries: readonly number[]) => Promise<void>;
  readonly onTexts: (version: number, texts: ConsentTexts) => Promise<void>;
}

export interface ConsentDeskOptions extends ConsentInlet {
  readonly gatewayId: string;
  /** What was issued before this gives no consent; absent: nothing is too old by that. */
  readonly releasesSinceUtcMs?: (() => UtcMs) | undefined;
  readonly clock: Clock;
}

/**
 * Does what the back office says of consent, or says why not. Whoever comes here has shown a good signature. What is withdrawn
 * there is withdrawn here however late it comes; what is given there gives way to what was said since.
 */
export class ConsentDesk {
  readonly #options: ConsentDeskOptions;

  constructor(options: ConsentDeskOptions) {
    this.#options = options;
  }

  async obey(message: ConsentMessage): Promise<Refusal | undefined> {
    if (message.schema === 'loadgate.consent-texts/1') return await this.#announce(message);
    const { gatewayId } = this.#options;
    if (message.gatewayId !== gatewayId) {
      return refuse(`it is for the gateway "${message.gatewayId}"; this one is "${gatewayId}"`);
    }
    if (message.schema === 'loadgate.consent-ack/1') return await this.#acknowledge(message);
    return await this.#enter(message);
  }

  async #enter(request: ConsentRequest): Promise<Refusal | undefined> {
    const { clock, view, onEntry } = this.#options;
    const { id, issuedAt, purpose, action, textVersion, person, evidence, expiresAt } = request;
    const { ledger, texts } = view();
    // Once told it stands in the ledger, and the answer to it is on its way.
    if (ledger.some(({ requestId }) => requestId === id)) return undefined;
    const now = clock.now();
    const issuedAtUtcMs = Date.parse(issuedAt);
    if (action === 'given') {
      const tooFarAhead = issuedAtUtcMs > now.utcMs ? judgeFreshness(issuedAt, now) : undefined;
      if (tooFarAhead !== undefined) return tooFarAhead;
      const tooOld = judgeSinceRestore(
        issuedAt,
        this.#options.releasesSinceUtcMs?.() ?? Number.NEGATIVE_INFINITY,
      );
      if (tooOld !== undefined) return tooOld;
      const current = texts[purpose]?.version;
      if (textVersion !== current) {
        return refuse(
          `the text of ${purpose} that applies is ${current ?? 'none'}; ${textVersion} cannot be agreed to`,
        );
      }
      const before = consentOfPerson(ledger, purpose, person, texts, now.utcMs);
      if (before.kind !== 'never' && before.entry.atUtcMs >= issuedAtUtcMs) {
        const said = `${before.entry.action} at ${new Date(before.entry.atUtcMs).toISOString()}`;
        return refuse(
          `${purpose} was ${said} by ${person}, later than this was issued; ask again when it is still meant`,
        );
      }
    }
    await onEntry({
      purpose,
      action,
      textVersion,
      person,
      how: 'backOffice',
      atUtcMs: now.utcMs,
      requestId: id,
      ...(evidence === undefined ? {} : { evidence }),
      ...(expiresAt === undefined ? {} : { expiresAtUtcMs: Date.parse(expiresAt) }),
    });
    return undefined;
  }

  /** Of a ledger that was lost the same number may stand for something else. */
  async #acknowledge({ entries }: ConsentAck): Promise<Refusal | undefined> {
    const { ledger } = this.#options.view();
    const known = entries.filter(({ entry, at }) => ledger[entry - 1]?.atUtcMs === Date.parse(at));
    if (known.length > 0) await this.#options.onAcknowledged(known.map(({ entry }) => entry));
    if (known.length === entries.length) return undefined;
    return refuse(`it acknowledges ${entries.length - known.length} entries that this ledger does not have`);
  }

  async #announce(message: ConsentTextsMessage): Promise<Refusal | undefined> {
    const { textsVersion } = this.#options.view();
    const { version } = message;
    if (version === textsVersion) return undefined;
    if (version < textsVersion) {
      return refuse(
        `version ${version} of the texts is older than ${textsVersion}, which this gateway holds`,
      );
    }
    await this.#options.onTexts(version, consentTextsFrom(message));
    return undefined;
  }
}
