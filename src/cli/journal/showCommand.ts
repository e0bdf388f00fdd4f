import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type JournalFileRecord,
  journalFileEndSchema,
  journalFileHeadSchema,
  journalFileRecordSchema,
} from '../../contract/journalFile.ts';
import { type PackedEntries, unpackEntries } from '../../domain/packedEntries.ts';
import type { JournalEntry } from '../../gateway/recorder.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, writeJson } from '../report.ts';
import { isoOf, printable } from './flaw.ts';
import { readLines } from './journalLines.ts';
import { unreadable } from './verifyCommand.ts';

/** One line for each record, for a person; or one record whole. Checks nothing. */
export async function showJournal(command: Command, context: Context): Promise<number> {
  const { record: wanted } = command.opts<{ record?: number }>();
  const path = resolve(context.workingDirectory, command.args[0] ?? '');
  const reader = (await context.compose()).openVerifier();
  const unread: number[] = [];
  let isFound = false;
  try {
    for (const { number, text } of readLines(path)) {
      const value = parse(text);
      const record = journalFileRecordSchema.safeParse(value).data;
      if (record !== undefined && record.record === wanted) {
        writeJson(context, { ...record, content: openContent(record, reader) });
        isFound = true;
      } else if (wanted === undefined) {
        const line = record === undefined ? describeOther(value) : describeRecord(record, reader);
        if (line === undefined) unread.push(number);
        else context.standardOutput.write(`${printable(line)}\n`);
      }
    }
  } catch (error) {
    return refuse(context, 'storeUnavailable', unreadable(path, error));
  }
  if (wanted !== undefined && !isFound) {
    const sentence = `${path}: expected record ${wanted} in it, found no such record; loadgate journal show lists all.`;
    return refuse(context, 'nothingFound', sentence);
  }
  if (unread.length === 0) return EXIT_CODES.ok.code;
  const sentence = `${path}: expected lines of a journal file, found something else in line ${unread.join(', ')}; see loadgate journal verify.`;
  return refuse(context, 'journalNotWhole', sentence);
}

function describeOther(value: unknown): string | undefined {
  const head = journalFileHeadSchema.safeParse(value).data;
  if (head !== undefined) {
    const why =
      head.evidence === undefined ? '' : `, evidence: ${Object.values(head.evidence.why).join(' ')}`;
    return `journal ${head.journalId} of the gateway ${head.gatewayId}, made ${head.madeAt}${why}`;
  }
  const end = journalFileEndSchema.safeParse(value).data;
  return end === undefined ? undefined : `end: ${end.records} records`;
}

function describeRecord(record: JournalFileRecord, reader: SignatureReader): string {
  const { record: number, kind, fromUtcMs, untilUtcMs } = record;
  const until = untilUtcMs > fromUtcMs ? ` +${((untilUtcMs - fromUtcMs) / 1000).toFixed(0)} s` : '';
  const content = record.erased === true ? undefined : openContent(record, reader);
  const what =
    record.erased === true
      ? 'erased'
      : Array.isArray(content)
        ? describeEntries(content)
        : describePayload(content);
  return `${String(number).padStart(6)}  ${isoOf(fromUtcMs)}${until.padEnd(6)}  ${kind.padEnd(10)}  ${what}`;
}

/** The entries of a run of decisions, or the payload of what was signed; as text when it is neither. */
function openContent({ kind, content }: JournalFileRecord, reader: SignatureReader): unknown {
  if (kind !== 'decisions') {
    const payload = reader.takeApart(content)?.payload;
    return payload === undefined ? content : (parse(payload) ?? payload);
  }
  try {
    return unpackEntries(JSON.parse(content) as PackedEntries);
  } catch {
    return content;
  }
}

function describeEntries(entries: readonly unknown[]): string {
  const decisions = (entries as readonly JournalEntry[]).filter((entry) => entry.kind === 'decision');
  const commands = decisions.flatMap((decision) => decision.commands).map(({ kind }) => kind);
  const events = decisions.flatMap((decision) => decision.events).map(({ kind }) => kind);
  return [
    `${decisions.length} ${decisions.length === 1 ? 'decision' : 'decisions'}`,
    ...tally(commands),
    ...tally(events),
  ].join(', ');
}

/** "2 faultRaised" for each word that occurs. */
function tally(words: readonly string[]): readonly string[] {
  return [...new Set(words)].map((word) => `${words.filter((other) => other === word).length} ${word}`);
}

const TOLD = [
  'schema',
  'noticeId',
  'why',
  'throughRecord',
  'status',
  'code',
  'issuer',
  'record',
  'reason',
  'cause',
] as const;

function describePayload(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return 'content that cannot be read';
  const fields: Partial<Record<string, unknown>> = { ...payload };
  return TOLD.flatMap((name) => (fields[name] === undefined ? [] : [`${name} ${fields[name]}`])).join(', ');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
