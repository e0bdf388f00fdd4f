import type { ConsentEntry, ConsentTexts } from '../domain/consent.ts';
import type { OutboxRow } from '../ports/store.ts';
import type { ConsentKeeper, ConsentView } from './consentKeeper.ts';
import { type Kept, recordOrThrow } from './kept.ts';

interface Parts {
  readonly kept: Kept;
  readonly consents: ConsentKeeper;
  /** The next status has something new to say. */
  readonly onChange: () => void;
}

/** What the household agrees to, as it is asked and changed: at the box itself, or by the back office. */
export class Agreement {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What the ledger comes to at this moment. */
  view(): ConsentView {
    const { kept, consents } = this.#parts;
    const memory = kept.memory();
    const { consent, consentStanding } = memory;
    return {
      ledger: consent,
      texts: consents.textsOf(memory),
      covered: consents.covered(),
      unacknowledged: consentStanding.unacknowledged,
      textsVersion: consentStanding.announced?.version ?? 0,
    };
  }

  /** The household agrees to something, or does no more. @returns false when it holds but could not be recorded */
  change(entries: readonly ConsentEntry[]): boolean {
    const { kept, consents, onChange } = this.#parts;
    kept.change(consents.add(kept.memory(), entries, kept.now()));
    onChange();
    return kept.record();
  }

  /** The same, asked for by the back office. Resolves when it is on the disk. */
  async accept(entry: ConsentEntry): Promise<void> {
    if (!this.change([entry])) throw new Error('the consent holds but could not be recorded; send it again');
  }

  /** The back office has these entries of the ledger. */
  async acknowledge(entries: readonly number[]): Promise<void> {
    const { kept } = this.#parts;
    const { consentStanding } = kept.memory();
    const unacknowledged = consentStanding.unacknowledged.filter((entry) => !entries.includes(entry));
    kept.change({ consentStanding: { ...consentStanding, unacknowledged } });
    recordOrThrow(kept, 'the acknowledgement');
  }

  /** Texts that are to be agreed to from now on; a later version than those before. */
  async announceTexts(version: number, texts: ConsentTexts): Promise<void> {
    const { kept } = this.#parts;
    const { consentStanding } = kept.memory();
    kept.change({ consentStanding: { ...consentStanding, announced: { version, texts } } });
    recordOrThrow(kept, 'the texts');
  }

  /** Why no curtailment is taken now; undefined: the household agrees to be controlled. */
  whyNoControl(): string | undefined {
    if (this.#parts.consents.covered().has('demandControl')) return undefined;
    return 'the household does not agree to be controlled (purpose demandControl); ask it to give consent';
  }

  /** A row of the outbox as it may leave now; undefined: nothing of it may. */
  cutRow(row: OutboxRow): OutboxRow | undefined {
    return this.#parts.consents.cutRow(row);
  }
}
