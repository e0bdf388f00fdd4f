import {
  type JournalFileEnd,
  type JournalFileHead,
  journalFileEndSchema,
  journalFileHeadSchema,
  journalFileRecordSchema,
  journalFileSealSchema,
} from '../../contract/journalFile.ts';
import type { CheckpointMessage } from '../../contract/receipt.ts';
import { RECORD_KINDS } from '../../domain/journalChain.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import { ChainCheck } from './chainCheck.ts';
import { type Flaw, isFlaw, isoOf, type RecordLine } from './flaw.ts';
import type { JournalLine } from './journalLines.ts';
import { compareWithSeal } from './sealCheck.ts';
import {
  checkNote,
  compareWithChain,
  erasedThroughOf,
  type JournalNames,
  namesOf,
  readCheckpoint,
  readOwn,
  type Voucher,
} from './signedNotes.ts';

export interface VerifyQuestion {
  readonly lines: Iterable<JournalLine>;
  readonly reader: SignatureReader;
  /** Raw Ed25519, base64url; absent: the key that the file itself names, which proves nothing about whose it is. */
  readonly publicKey?: string;
  /** Compact JWS that somebody else has kept. */
  readonly checkpoint?: string;
}

/** What is true of a journal file; with a flaw only as far as up to there. */
export interface Verdict {
  readonly head?: JournalFileHead;
  readonly records: number;
  /** Of those without their content, erased at the wish of the household. */
  readonly erased: number;
  readonly first?: { readonly record: number; readonly at: string };
  readonly last?: { readonly record: number; readonly at: string };
  /** The last checkpoint in the file that fits. */
  readonly vouched?: { readonly record: number; readonly at: string };
  /** The checkpoint given, which fits. */
  readonly given?: { readonly record: number; readonly at: string };
  readonly flaw?: Flaw;
}

/** Reads a journal file from its head to its end and stops at the first thing that does not fit. */
export async function verifyJournalFile(question: VerifyQuestion): Promise<Verdict> {
  const verifier = new FileVerifier(question);
  let flaw: Flaw | undefined;
  for (const line of question.lines) {
    flaw = await verifier.take(line);
    if (flaw !== undefined) break;
  }
  flaw ??= await verifier.finish();
  const { head, vouched, given, chain } = verifier;
  const [first, last] = [chain.first(), chain.last()];
  return {
    records: first === undefined || last === undefined ? 0 : last.record - first.record + 1,
    erased: chain.erased,
    ...(head === undefined ? {} : { head }),
    ...(first === undefined ? {} : { first: { record: first.record, at: isoOf(first.fromUtcMs) } }),
    ...(last === undefined ? {} : { last: { record: last.record, at: isoOf(last.untilUtcMs) } }),
    ...(vouched === undefined ? {} : { vouched: { record: vouched.record, at: vouched.at } }),
    ...(given === undefined ? {} : { given: { record: given.record, at: given.at } }),
    ...(flaw === undefined ? {} : { flaw }),
  };
}

class FileVerifier {
  readonly #question: VerifyQuestion;
  readonly #counts = Object.fromEntries(RECORD_KINDS.map((kind) => [kind, 0])) as JournalFileEnd['counts'];
  /** Begins anew with the head, which says with which record. */
  chain = new ChainCheck(1);
  head: JournalNames | undefined;
  vouched: CheckpointMessage | undefined;
  given: CheckpointMessage | undefined;
  #headText = '';
  #isEnded = false;
  #lines = 0;

  constructor(question: VerifyQuestion) {
    this.#question = question;
  }

  async take(line: JournalLine): Promise<Flaw | undefined> {
    this.#lines = line.number;
    const value = line.isWhole ? parse(line.text) : undefined;
    if (value === undefined) return this.#tornLine(line);
    if (this.head === undefined) return await this.#takeHead(line, value);
    if (this.#isEnded)
      return { line: line.number, expected: 'nothing behind the end', found: 'another line' };
    const end = journalFileEndSchema.safeParse(value);
    const record = journalFileRecordSchema.safeParse(value);
    const found = end.data ?? record.data;
    // One form alone, so that no byte of the file can be another: a member that stands twice reads in two ways.
    if (found !== undefined && JSON.stringify(found) !== line.text) {
      const expected = 'a line as it was written, without a space or a member more';
      return { ...this.#nextPlace(line.number), expected, found: 'the same in another form' };
    }
    if (end.success) return await this.#takeEnd(line.number, end.data, this.head);
    if (record.success) return await this.#takeRecord({ ...record.data, line: line.number }, this.head);
    const { path, message } = record.error.issues[0] ?? { path: [], message: 'something else' };
    return {
      ...this.#nextPlace(line.number),
      expected: 'a record of the journal',
      found: `${path.join('.') || 'a line'}: ${message}`,
    };
  }

  /** When no line is left. */
  async finish(): Promise<Flaw | undefined> {
    if (this.head === undefined) {
      return { line: 1, expected: 'the head of a journal file', found: 'an empty file' };
    }
    if (this.#isEnded) return await this.#compareGiven(this.head);
    return (
      this.chain.settle(undefined) ?? {
        ...this.#nextPlace(this.#lines + 1),
        expected: 'more records, or the end of the file with its seal',
        found: 'nothing: the end was cut off',
      }
    );
  }

  async #takeHead({ number, text }: JournalLine, value: unknown): Promise<Flaw | undefined> {
    const parsed = journalFileHeadSchema.safeParse(value);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' };
      const found = `${path.join('.') || 'a line'}: ${message}`;
      return { line: number, expected: 'the head of a journal file (loadgate.journal-file/1)', found };
    }
    this.head = { ...parsed.data, formerly: [] };
    this.#headText = text;
    const names = await namesOf(parsed.data, this.#signedBy(parsed.data));
    if (isFlaw(names)) return { line: number, ...names };
    this.head = names;
    const erasedThrough = await erasedThroughOf(names, this.#signedBy(names));
    if (isFlaw(erasedThrough)) return { line: number, ...erasedThrough };
    this.chain = new ChainCheck(parsed.data.firstRecord, erasedThrough);
    const { publicKey } = this.#question;
    if (publicKey === undefined || publicKey === parsed.data.publicKey) return undefined;
    const found = `one that names the key ${parsed.data.publicKey}`;
    return { line: number, expected: `a file of the gateway with the key ${publicKey}`, found };
  }

  async #takeRecord(record: RecordLine, head: JournalNames): Promise<Flaw | undefined> {
    const flaw = this.chain.pass(record);
    if (flaw !== undefined) return flaw;
    this.#counts[record.kind] += 1;
    const note = await checkNote(record, head, this.#signedBy(head));
    if (isFlaw(note)) return this.chain.settle(undefined) ?? note;
    return note === undefined ? undefined : this.#takeVoucher(note);
  }

  #takeVoucher(voucher: Voucher): Flaw | undefined {
    const { checkpoint, inRecord = 0 } = voucher;
    const flaw = compareWithChain(voucher, this.chain, this.vouched?.record ?? 0);
    const first = this.chain.first()?.record ?? 1;
    if (flaw === undefined && checkpoint.record >= first - 1) this.vouched = checkpoint;
    // It speaks of the record right before it: of the two that do not fit together, it is that one.
    const isNeighbour = flaw !== undefined && checkpoint.record === inRecord - 1;
    return (isNeighbour ? this.chain.settle(this.chain.last()?.hash) : undefined) ?? flaw;
  }

  async #takeEnd(line: number, end: JournalFileEnd, head: JournalFileHead): Promise<Flaw | undefined> {
    this.#isEnded = true;
    const seal = await readOwn(end.seal, journalFileSealSchema, 'seal', this.#signedBy(head));
    if (!('schema' in seal)) return this.chain.settle(undefined) ?? { line, ...seal };
    const isOfLast = seal.last.record === this.chain.last()?.record;
    return (
      this.chain.settle(isOfLast ? seal.last.hash : undefined) ??
      compareWithSeal(seal, {
        line,
        end,
        chain: this.chain,
        headText: this.#headText,
        counts: this.#counts,
        provenUntil: this.vouched?.record ?? 0,
      })
    );
  }

  async #compareGiven(head: JournalNames): Promise<Flaw | undefined> {
    const { checkpoint: jws } = this.#question;
    const [first, last] = [this.chain.first(), this.chain.last()];
    if (jws === undefined || first === undefined || last === undefined) return undefined;
    const checkpoint = await readCheckpoint(jws, head, this.#signedBy(head));
    if (isFlaw(checkpoint))
      return { expected: `beside the file ${checkpoint.expected}`, found: checkpoint.found };
    const { record, at } = checkpoint;
    if (record > last.record) {
      const expected = `record ${record}, for which the checkpoint given of ${at} vouches`;
      const found = `record ${last.record} as the last one: the end was cut off, or the file was made before (${head.madeAt}) or for an earlier interval`;
      return { ...this.#nextPlace(undefined), expected, found };
    }
    if (record < first.record - 1) {
      const expected = `a checkpoint of record ${first.record - 1} or later, which this file can be compared with`;
      return { expected, found: `one of record ${record}` };
    }
    const flaw = compareWithChain({ checkpoint }, this.chain, 0);
    if (flaw === undefined) this.given = checkpoint;
    return flaw;
  }

  #signedBy(head: JournalFileHead) {
    return { reader: this.#question.reader, publicKey: this.#question.publicKey ?? head.publicKey };
  }

  #tornLine({ number, text, isWhole }: JournalLine): Flaw {
    const found = isWhole
      ? 'something else'
      : `a line that ends in the middle, behind ${text.length} characters`;
    const expected = 'a whole line of JSON';
    return this.chain.settle(undefined) ?? { ...this.#nextPlace(number), expected, found };
  }

  /** Where the record behind the last one that fits would stand. */
  #nextPlace(line: number | undefined): Pick<Flaw, 'line' | 'record'> {
    const next = (this.chain.last()?.record ?? (this.head?.firstRecord ?? 1) - 1) + 1;
    return { ...(line === undefined ? {} : { line }), ...(this.head === undefined ? {} : { record: next }) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}
