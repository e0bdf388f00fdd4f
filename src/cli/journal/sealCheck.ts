import type { JournalFileEnd, JournalFileSeal } from '../../contract/journalFile.ts';
import type { ChainCheck } from './chainCheck.ts';
import type { Flaw } from './flaw.ts';
import { sha256Of } from './hash.ts';

interface PassedFile {
  /** Of the end. */
  readonly line: number;
  readonly end: JournalFileEnd;
  readonly chain: ChainCheck;
  readonly headText: string;
  readonly counts: JournalFileEnd['counts'];
  /** Last record that a checkpoint vouches for; 0: none. */
  readonly provenUntil: number;
}

/** Whether the file that was passed is the one that was sealed. */
export function compareWithSeal(seal: JournalFileSeal, file: PassedFile): Flaw | undefined {
  const { line, end, chain, headText, counts, provenUntil } = file;
  if (seal.headSha256 !== sha256Of(headText)) {
    const expected = `a head with the SHA-256 ${seal.headSha256}, as the seal says`;
    return { line: 1, expected, found: `one with ${sha256Of(headText)}: it was changed` };
  }
  const [first, last] = [chain.first(), chain.last()];
  if (first === undefined || last === undefined) {
    const expected = `records ${seal.first.record} to ${seal.last.record}, as the seal says`;
    return { line, record: seal.first.record, expected, found: 'none' };
  }
  if (seal.last.record !== last.record) {
    const found = `record ${last.record}: the records behind it were cut out`;
    const expected = `record ${seal.last.record} as the last, as the seal says`;
    return { line, record: last.record + 1, expected, found };
  }
  for (const [place, sealed] of [
    [first, seal.first],
    [last, seal.last],
  ] as const) {
    if (sealed.hash === place.hash && sealed.record === place.record) continue;
    const from = Math.max(provenUntil + 1, first.record);
    const expected = `the hash ${sealed.hash} of record ${sealed.record}, as the seal says`;
    const found = `${place.hash}: records ${from} to ${place.record} hold a change, and the hashes were computed anew`;
    return { record: from, expected, found };
  }
  const isCounted = Object.entries(counts).every(
    ([kind, count]) => end.counts[kind as keyof typeof counts] === count,
  );
  if (isCounted && end.records === seal.records) return undefined;
  const expected = `the counts ${JSON.stringify(counts)} and ${seal.records} records`;
  return { line, expected, found: `${JSON.stringify(end.counts)} and ${end.records} records` };
}
