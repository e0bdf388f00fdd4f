import type { Command } from 'commander';
import type { EvidenceHead } from '../../contract/journalFile.ts';
import { checkpointSchema } from '../../contract/receipt.ts';
import { identifierSchema, wordsSchema } from '../../contract/words.ts';
import type { ConsentEntry } from '../../domain/consent.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import type { ChainedRecord, RecordReader } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import { refuse } from '../report.ts';
import { handOut, type Interval, type JournalSource, withJournalSource } from './journalSource.ts';

interface EvidenceOptions {
  readonly from?: number;
  readonly until?: number;
  readonly notice?: string;
  readonly complaint?: string;
  readonly output: string;
}

/** Before the command of a notice and after its last receipt. */
const AROUND_NOTICE_MS = 600_000;

/** Writes one file with all that the journal knows of an interval, a notice or a complaint. */
export async function evidence(command: Command, context: Context): Promise<number> {
  const options = command.opts<EvidenceOptions>();
  const { notice, complaint, from, until } = options;
  if (notice === undefined && complaint === undefined && from === undefined && until === undefined) {
    return refuse(
      context,
      'wrongUsage',
      'expected --from, --until, --notice or --complaint, found none of them.',
    );
  }
  const why = whyOf(options);
  if (why === undefined) {
    const sentence = `expected an id or a reference in one line, found ${JSON.stringify(notice ?? complaint)}.`;
    return refuse(context, 'wrongUsage', sentence);
  }
  return await withJournalSource(command, context, (source) => {
    const interval = notice === undefined ? intervalOf(options) : intervalOfNotice(source, notice);
    if (interval === undefined) {
      const sentence =
        `the journal holds no command and no receipt of the notice ${notice}, so no file was written; ` +
        'check the id, and whether it was longer ago than the journal is kept.';
      return refuse(context, 'nothingFound', sentence);
    }
    return handOutEvidence(source, { output: options.output, interval, why }, context);
  });
}

function handOutEvidence(
  source: JournalSource,
  { output, interval, why }: { output: string; interval: Interval; why: EvidenceHead['why'] },
  context: Context,
): number {
  const { record, reader } = source;
  const last = record.lastRecord(interval);
  const voucher = last === undefined ? undefined : voucherFor(record, reader, last);
  const exitCode = handOut(
    source,
    {
      output,
      interval,
      ...(voucher === undefined ? {} : { throughRecord: voucher }),
      evidence: { why, ...standingOf(record.restored?.memory) },
    },
    context,
  );
  if (exitCode === 0 && voucher === undefined) {
    context.errorOutput.write(
      'loadgate: warning: no checkpoint vouches for the end of this interval yet; the gateway makes one within the hour, and then this command gives a file that goes on to it\n',
    );
  }
  return exitCode;
}

function whyOf({ notice, complaint }: EvidenceOptions): EvidenceHead['why'] | undefined {
  if (notice !== undefined) {
    return identifierSchema.safeParse(notice).success ? { kind: 'notice', noticeId: notice } : undefined;
  }
  if (complaint === undefined) return { kind: 'interval' };
  return wordsSchema(200).safeParse(complaint).success
    ? { kind: 'complaint', reference: complaint }
    : undefined;
}

function intervalOf({ from, until }: EvidenceOptions): Interval {
  return {
    ...(from === undefined ? {} : { fromUtcMs: from }),
    ...(until === undefined ? {} : { untilUtcMs: until }),
  };
}

/** From before the command, or what is left of it, until after its last receipt. */
function intervalOfNotice({ record, reader }: JournalSource, noticeId: string): Interval | undefined {
  const notes = [...record.notes()].filter((note) => payloadOf(note, reader).noticeId === noticeId);
  const [first, last] = [notes[0], notes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    fromUtcMs: first.fromUtcMs - AROUND_NOTICE_MS,
    untilUtcMs: last.untilUtcMs + AROUND_NOTICE_MS,
  };
}

/** The record of the first checkpoint that vouches for this one. */
function voucherFor(record: RecordReader, reader: SignatureReader, last: number): number | undefined {
  for (const note of record.notes()) {
    const checkpoint = checkpointSchema.safeParse(payloadOf(note, reader));
    if (checkpoint.success && checkpoint.data.record >= last) return note.record;
  }
  return undefined;
}

function payloadOf({ content }: ChainedRecord, reader: SignatureReader): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(reader.takeApart(content)?.payload ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** What the gateway remembers of consent and of whom it obeys; a record of before knows neither. */
function standingOf(memory: unknown): Pick<EvidenceHead, 'consent' | 'trust'> {
  const { consent = [], trust } = (memory ?? {}) as {
    readonly consent?: readonly ConsentEntry[];
    readonly trust?: { readonly bundle: { readonly version: number }; readonly jws: string };
  };
  return {
    consent: consent.map(({ purpose, action, textVersion, person, how, atUtcMs, evidence }) => ({
      purpose,
      action,
      textVersion,
      person,
      how,
      at: new Date(atUtcMs).toISOString(),
      ...(evidence === undefined ? {} : { evidence }),
    })),
    ...(trust === undefined ? {} : { trust: { version: trust.bundle.version, jws: trust.jws } }),
  };
}
