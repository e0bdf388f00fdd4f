import { consentEntryMessageOf, type TombstoneMessage } from '../contract/consent.ts';
import { cutToConsent } from '../contract/firewall.ts';
import {
  type ConsentEntry,
  type ConsentPurpose,
  type ConsentTexts,
  coveredPurposes,
  GATEWAY_PURPOSES,
} from '../domain/consent.ts';
import { consentTextsOf } from '../domain/consentTexts.ts';
import type { Now } from '../domain/instant.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { OwnSigner } from '../ports/signature.ts';
import type { CleanedStream, JournalNote, OutboxCleaning, OutboxDraft, OutboxRow } from '../ports/store.ts';

/** What lasts of consent beside the ledger. */
export interface ConsentStanding {
  /** What was covered when it was last recorded; absent: not known, so whatever waits is looked through. */
  readonly covered?: readonly ConsentPurpose[];
  /** As the back office last announced them. */
  readonly announced?: { readonly version: number; readonly texts: ConsentTexts };
  /** Numbers of the entries that the back office has not acknowledged yet. */
  readonly unacknowledged: readonly number[];
}

/** The part of the gateway's memory that consent is about. */
export interface ConsentMemory {
  readonly consent: readonly ConsentEntry[];
  readonly consentStanding: ConsentStanding;
}

/** What the ledger comes to. */
export interface ConsentView {
  readonly ledger: readonly ConsentEntry[];
  readonly texts: ConsentTexts;
  readonly covered: ReadonlySet<ConsentPurpose>;
  readonly unacknowledged: readonly number[];
  /** Of the texts that the back office announced; 0: those of the site plan hold. */
  readonly textsVersion: number;
}

/** How the coverage has moved. */
export interface ConsentShift {
  readonly memory: ConsentMemory;
  readonly lost: readonly ConsentPurpose[];
  readonly gained: readonly ConsentPurpose[];
  /** What waits has to go through this in the next record. */
  readonly cleaning?: OutboxCleaning;
}

interface Parts {
  readonly gatewayId: string;
  readonly site: Pick<SitePlan, 'consentTexts' | 'restriction'>;
  readonly signer: OwnSigner;
  readonly onDraft: (draft: OutboxDraft) => void;
  readonly onNote: (note: JournalNote) => void;
}

/**
 * What the household agrees to, and the firewall that follows from it: nothing is written into the outbox, and nothing sent,
 * that is not covered. Everything that lasts is in the memory that goes through it.
 */
export class ConsentKeeper {
  readonly #parts: Parts;
  #covered: ReadonlySet<ConsentPurpose> = new Set();
  /** Lost since the last record that could be written. */
  #toClean: readonly ConsentPurpose[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  covered(): ReadonlySet<ConsentPurpose> {
    return this.#covered;
  }

  textsOf({ consentStanding }: ConsentMemory): ConsentTexts {
    return consentTextsOf(this.#parts.site, consentStanding.announced?.texts);
  }

  /** The draft as it may be kept; undefined: nothing of it may. */
  cut(draft: OutboxDraft): OutboxDraft | undefined {
    const body = cutToConsent(draft.stream, draft.body, this.#covered);
    if (body === draft.body) return draft;
    return body === undefined ? undefined : { ...draft, body };
  }

  /** A row as it may leave now; undefined: nothing of it may. */
  cutRow(row: OutboxRow): OutboxRow | undefined {
    const body = cutText(row, this.#covered);
    if (body === row.body) return row;
    return body === undefined ? undefined : { ...row, body };
  }

  /** To be called before each decision, and after each change: the date and the texts move the coverage too. */
  follow(memory: ConsentMemory, now: Now): ConsentShift {
    const covered = coveredPurposes(memory.consent, this.textsOf(memory), now.utcMs);
    const before = memory.consentStanding.covered ?? GATEWAY_PURPOSES;
    const lost = before.filter((purpose) => !covered.has(purpose));
    const gained = [...covered].filter((purpose) => !before.includes(purpose));
    this.#covered = covered;
    if (lost.length === 0 && gained.length === 0) return { memory, lost, gained };
    const consentStanding = { ...memory.consentStanding, covered: [...covered] };
    const moved = { lost, gained, memory: { ...memory, consentStanding } };
    if (lost.length === 0) return moved;
    this.#toClean = [...new Set([...this.#toClean, ...lost])];
    return { ...moved, cleaning: this.#cleaning(this.#toClean, now) };
  }

  /** A record was written, and with it what had to be cleaned. */
  settled(): void {
    this.#toClean = [];
  }

  /** Entries that are new; each is told to the back office, signed. */
  add(memory: ConsentMemory, entries: readonly ConsentEntry[], now: Now): ConsentMemory {
    const { gatewayId } = this.#parts;
    const first = memory.consent.length + 1;
    for (const [index, entry] of entries.entries()) {
      const { purpose, action, textVersion } = entry;
      this.#parts.onDraft({
        stream: 'events',
        body: { kind: 'consentChanged', purpose, action, textVersion },
      });
      this.#tell(consentEntryMessageOf(gatewayId, first + index, entry), now);
    }
    const { consentStanding } = memory;
    const numbers = entries.map((_, index) => first + index);
    return {
      consent: [...memory.consent, ...entries],
      consentStanding: {
        ...consentStanding,
        unacknowledged: [...consentStanding.unacknowledged, ...numbers],
      },
    };
  }

  #cleaning(purposes: readonly ConsentPurpose[], now: Now): OutboxCleaning {
    // Also when it was given again before this could be written: nothing of between is sent.
    const allowed = (): ReadonlySet<ConsentPurpose> =>
      new Set([...this.#covered].filter((purpose) => !purposes.includes(purpose)));
    return {
      clean: (row) => cutText(row, allowed()),
      tell: (streams) => {
        const { draft, note } = this.#signed(this.#tombstone(purposes, streams, now), now);
        return { drafts: [draft], notes: [note] };
      },
    };
  }

  #tombstone(
    purposes: readonly ConsentPurpose[],
    streams: readonly CleanedStream[],
    { utcMs }: Now,
  ): TombstoneMessage {
    const { gatewayId } = this.#parts;
    const at = new Date(utcMs).toISOString();
    return {
      schema: 'loadgate.tombstone/1',
      gatewayId,
      at,
      purposes: [...purposes],
      streams: streams.map((each) => ({ ...each })),
    };
  }

  #tell(message: object, now: Now): void {
    const { draft, note } = this.#signed(message, now);
    this.#parts.onDraft(draft);
    this.#parts.onNote(note);
  }

  #signed(
    message: object,
    { runningMs, utcMs }: Now,
  ): { readonly draft: OutboxDraft; readonly note: JournalNote } {
    const jws = this.#parts.signer.sign(message);
    return {
      draft: { stream: 'receipts', body: { jws } },
      note: { kind: 'consent', jws, runningMs, utcMs },
    };
  }
}

/** A text that cannot be read is not known to be covered. */
function cutText({ stream, body }: OutboxRow, covered: ReadonlySet<ConsentPurpose>): string | undefined {
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof data !== 'object' || data === null) return undefined;
  const cut = cutToConsent(stream, data, covered);
  if (cut === data) return body;
  return cut === undefined ? undefined : JSON.stringify(cut);
}
