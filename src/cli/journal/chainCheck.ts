import { FIRST_PREVIOUS } from '../../domain/journalChain.ts';
import { type Flaw, flawAt, isoOf, type RecordLine } from './flaw.ts';
import { recordHashOf } from './hash.ts';

/** A record fits by itself but not to the one before it; who of the two is wrong the next one tells. */
interface Doubt {
  readonly before: RecordLine;
  readonly itself: RecordLine;
}

/**
 * Goes along the chain of a journal file, record by record, up to the first that does not fit. Holds the hashes that it has
 * passed, so that checkpoints can be compared with them.
 */
export class ChainCheck {
  readonly #firstNumber: number;
  readonly #erasedThrough: number;
  readonly #hashes = new Map<number, string>();
  #first: RecordLine | undefined;
  #last: RecordLine | undefined;
  #doubt: Doubt | undefined;

  /** Records without their content, as the gateway has signed. */
  erased = 0;

  /**
   * @param firstNumber of the record that the file begins with, as its head says
   * @param erasedThrough the last record whose content may be gone, as the gateway has signed; 0: none
   */
  constructor(firstNumber: number, erasedThrough = 0) {
    this.#firstNumber = firstNumber;
    this.#erasedThrough = erasedThrough;
  }

  first(): RecordLine | undefined {
    return this.#first;
  }

  last(): RecordLine | undefined {
    return this.#last;
  }

  /** The hash of a record that was passed, or of the one before the first, as that one names it. */
  hashOf(record: number): string | undefined {
    const { record: first, previous } = this.#first ?? {};
    return this.#hashes.get(record) ?? (first !== undefined && record === first - 1 ? previous : undefined);
  }

  pass(found: RecordLine): Flaw | undefined {
    const flaw = this.settle(found.previous) ?? this.#judge(found);
    if (flaw !== undefined) return flaw;
    this.#first ??= found;
    this.#last = found;
    this.#hashes.set(found.record, found.hash);
    return undefined;
  }

  /**
   * Ends a doubt about the last record.
   * @param hash of it, as what comes behind it says; absent: nothing does
   */
  settle(hash: string | undefined): Flaw | undefined {
    if (this.#doubt === undefined) return undefined;
    const { before, itself } = this.#doubt;
    const named = `the hash ${itself.previous}, to which record ${itself.record} is chained`;
    if (hash === itself.hash) {
      return flawAt(before, named, `${before.hash}: this record was changed and its hash computed anew`);
    }
    if (hash === undefined) {
      return flawAt(before, named, `${before.hash}: this record or the next was changed`);
    }
    return flawAt(
      itself,
      `the hash of record ${before.record} as its previous: ${before.hash}`,
      itself.previous,
    );
  }

  #judge(found: RecordLine): Flaw | undefined {
    const before = this.#last;
    const number = before === undefined ? this.#firstNumber : before.record + 1;
    if (found.erased === true) {
      if (found.record > this.#erasedThrough) {
        const expected =
          'its content, or an erasure of it that the gateway has signed in the head of the file';
        return flawAt({ ...found, record: number }, expected, 'no content');
      }
      this.erased += 1;
    }
    // Of what was erased only the record behind it and the checkpoints prove the hash.
    const hash = found.erased === true ? found.hash : recordHashOf(found);
    if (hash !== found.hash) {
      const expected = `content, number, kind and instants that give the hash ${found.hash}`;
      return flawAt({ ...found, record: number }, expected, `such as give ${hash}: they were changed`);
    }
    if (found.record !== number) return this.#astray(found, number);
    if (before === undefined) {
      if (found.record !== 1 || found.previous === FIRST_PREVIOUS) return undefined;
      return flawAt(found, 'no record before the first one: 64 zeros as its previous', found.previous);
    }
    if (found.previous !== before.hash) this.#doubt = { before, itself: found };
    return undefined;
  }

  #astray(found: RecordLine, number: number): Flaw {
    const what = `record ${found.record} of ${isoOf(found.fromUtcMs)}`;
    if (this.#first === undefined) {
      const expected = `record ${number} as the first one, as the head says`;
      return flawAt(
        { ...found, record: number },
        expected,
        `${what}: the beginning was cut off, or the head changed`,
      );
    }
    if (found.record > number) {
      const sentence = `${what}: records are missing here, or out of order`;
      return flawAt({ ...found, record: number }, `record ${number}`, sentence);
    }
    // The very record that was passed proves itself once more; another of its number makes both doubtful.
    const isAgain = this.#hashes.get(found.record) === found.hash;
    const sentence = isAgain
      ? `${what} a second time`
      : `another ${what}: one of them was put in, or the file is out of order`;
    return flawAt({ ...found, record: isAgain ? number : found.record }, `record ${number}`, sentence);
  }
}
