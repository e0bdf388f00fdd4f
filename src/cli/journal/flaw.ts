import type { JournalFileRecord } from '../../contract/journalFile.ts';

export interface Mismatch {
  readonly expected: string;
  readonly found: string;
}

/** The first thing of a journal file that does not fit: where, what was expected, what was found. */
export interface Flaw extends Mismatch {
  /** Of the file, from 1. Absent: it is not in the file. */
  readonly line?: number;
  /** The first record that is not proven any more; everything before it is. */
  readonly record?: number;
  /** Of that record, as the file says. */
  readonly at?: string;
}

export type RecordLine = JournalFileRecord & { readonly line: number };

export function flawAt(
  { line, record, fromUtcMs }: Pick<RecordLine, 'line' | 'record' | 'fromUtcMs'>,
  expected: string,
  found: string,
): Flaw {
  return { line, record, at: isoOf(fromUtcMs), expected, found };
}

/** For people; an instant that no calendar has stays a number. */
export function isoOf(utcMs: number): string {
  return Math.abs(utcMs) <= 8.64e15 ? new Date(utcMs).toISOString() : `${utcMs} ms`;
}

export function isFlaw(value: object | number | undefined): value is Mismatch {
  return typeof value === 'object' && 'expected' in value && 'found' in value;
}

export function describeFlaw({ line, record, at, expected, found }: Flaw): string {
  const place = [
    ...(record === undefined ? [] : [`record ${record}${at === undefined ? '' : ` of ${at}`}`]),
    ...(line === undefined ? [] : [`line ${line}`]),
  ].join(', ');
  return `${place === '' ? 'the file' : place}\n  expected  ${printable(expected)}\n  found     ${printable(found)}`;
}

/** Text out of a file that nobody has vouched for: without characters that steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\u{fffd}');
}
