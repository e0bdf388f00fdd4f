import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type {
  JournalFileEnd,
  JournalFileHead,
  JournalFileRecord,
  JournalFileSeal,
} from '../../contract/journalFile.ts';
import { RECORD_KINDS } from '../../domain/journalChain.ts';
import type { OwnSigner } from '../../ports/signature.ts';
import type { ChainedRecord } from '../../ports/store.ts';
import { sha256Of } from './hash.ts';

interface JournalFileParts {
  readonly path: string;
  readonly headOf: (first: ChainedRecord) => JournalFileHead;
  readonly records: Iterable<ChainedRecord>;
  readonly signer: OwnSigner;
}

export interface WrittenJournal {
  readonly records: number;
  readonly counts: JournalFileEnd['counts'];
  readonly first: ChainedRecord;
  readonly last: ChainedRecord;
  /** Numbers that the journal itself does not hold any more. */
  readonly missing: readonly string[];
}

/** A journal tells when somebody was at home: nobody else on this machine reads the file. */
const MODE = 0o600;

/**
 * Writes a journal file, one record in memory at a time. It gets its name only when it is whole.
 * Throws what reading the records or writing the file throws.
 * @returns undefined when there is no record, and then no file either
 */
export function writeJournalFile(parts: JournalFileParts): WrittenJournal | undefined {
  const records = parts.records[Symbol.iterator]();
  const first = records.next();
  if (first.done === true) return undefined;
  const draft = `${parts.path}.part`;
  // Of an attempt that was ended, or somebody else's: never written into.
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', MODE);
  const writeLine = (text: string): void => {
    // Written in full or with an error: writeSync may take a part of it only.
    const bytes = Buffer.from(`${text}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  };
  try {
    const head = parts.headOf(first.value);
    const headText = JSON.stringify(head);
    writeLine(headText);
    const written = writeRecords(first.value, records, writeLine);
    writeLine(JSON.stringify(endOf(head, headText, written, parts.signer)));
    fsyncSync(descriptor);
    renameSync(draft, parts.path);
    return written;
  } finally {
    closeSync(descriptor);
    rmSync(draft, { force: true });
  }
}

function writeRecords(
  first: ChainedRecord,
  others: Iterator<ChainedRecord>,
  writeLine: (text: string) => void,
): WrittenJournal {
  const counts = Object.fromEntries(RECORD_KINDS.map((kind) => [kind, 0])) as JournalFileEnd['counts'];
  const missing: string[] = [];
  let records = 0;
  let last = first;
  for (let next: IteratorResult<ChainedRecord> = { value: first }; next.done !== true; next = others.next()) {
    const { record, kind, fromUtcMs, untilUtcMs, content, previous, hash } = next.value;
    const line: JournalFileRecord = {
      record,
      kind,
      fromUtcMs,
      untilUtcMs,
      content,
      previous,
      hash,
      ...(content === '' && { erased: true }),
    };
    writeLine(JSON.stringify(line));
    if (record > last.record + 1) missing.push(`${last.record + 1} to ${record - 1}`);
    counts[kind] += 1;
    records += 1;
    last = next.value;
  }
  return { records, counts, first, last, missing };
}

function endOf(
  { gatewayId, journalId, madeAt }: JournalFileHead,
  headText: string,
  { records, counts, first, last }: WrittenJournal,
  signer: OwnSigner,
): JournalFileEnd {
  const seal = signer.sign({
    schema: 'loadgate.journal-file-seal/1',
    gatewayId,
    journalId,
    headSha256: sha256Of(headText),
    records,
    first: { record: first.record, hash: first.hash },
    last: { record: last.record, hash: last.hash },
    at: madeAt,
  } satisfies JournalFileSeal);
  return { schema: 'loadgate.journal-file-end/1', records, counts, seal };
}
