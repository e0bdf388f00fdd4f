import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPassingSigner } from '../../../src/adapters/jose/ownSigner.ts';
import { recordHashOf } from '../../../src/cli/journal/hash.ts';
import { type JournalFileRecord, journalFileRecordSchema } from '../../../src/contract/journalFile.ts';
import { checkpointSchema } from '../../../src/contract/receipt.ts';
import {
  exportLines,
  type RecordedJournal,
  reader,
  recordJournal,
  textOf,
  verifyText,
} from './journalBench.ts';

/** Lines of the whole file: head, records, end. The record of line index i has the number i. */
let lines: string[] = [];
let journal: RecordedJournal;
let publicKey = '';
/** The last record that a checkpoint vouches for which stands at or before this record; 0: none. */
const vouchedBy = new Map<number, number>();

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loadgate-tampering-'));
  journal = recordJournal(folder);
  publicKey = journal.signer.publicKey;
  lines = await exportLines(folder);
  let vouched = 0;
  for (const record of records()) {
    if (record.kind === 'checkpoint') vouched = payloadOf(record).record;
    vouchedBy.set(record.record, vouched);
  }
});

afterAll(() => rmSync(journal.folder, { recursive: true, force: true }));

const records = (): JournalFileRecord[] =>
  lines.slice(1, -1).map((line) => journalFileRecordSchema.parse(JSON.parse(line)));
const count = () => lines.length - 2;
const payloadOf = (record: JournalFileRecord) =>
  checkpointSchema.parse(JSON.parse(reader.takeApart(record.content)?.payload ?? ''));
/** A number of a record, from a number that was drawn. */
const numbered = (drawn: number) => 1 + (drawn % count());
const judge = (tampered: readonly string[]) => verifyText(journal.folder, textOf(tampered), { publicKey });

function rehashed(record: JournalFileRecord, change: Partial<JournalFileRecord> = {}): JournalFileRecord {
  const changed = { ...record, ...change };
  return { ...changed, hash: recordHashOf(changed) };
}

/** The same file in which each record from this one on is chained anew, as a forger would. */
function chainedAnew(from: number, change: (record: JournalFileRecord) => JournalFileRecord): string[] {
  const forged = [...lines];
  let previous = records()[from - 2]?.hash ?? records()[0]?.previous ?? '';
  for (const record of records().slice(from - 1)) {
    const anew = rehashed(record.record === from ? change(record) : record, { previous });
    forged[record.record] = JSON.stringify(anew);
    previous = anew.hash;
  }
  return forged;
}

it('a whole journal verifies, and the last checkpoint vouches for nearly all of it', async () => {
  const verdict = await judge(lines);
  expect(verdict.flaw).toBeUndefined();
  expect(verdict).toMatchObject({ records: count(), first: { record: 1 }, last: { record: count() } });
  expect(verdict.vouched?.record).toBe(vouchedBy.get(count()));
  expect(verdict.vouched?.record).toBeGreaterThan(count() - 4);
  expect(new Set(records().map(({ kind }) => kind)).size).toBe(4);
});

describe('of a journal that was tampered with, the first wrong record is named', () => {
  const RUNS = { numRuns: 150 };

  it('when any byte of any line is another', async () => {
    const drawn = [fc.nat(), fc.nat(), fc.constantFrom(...'0aZ9" {}[]:,\\.\n\u00e9-')] as const;
    await fc.assert(
      fc.asyncProperty(...drawn, async (line, place, character) => {
        const at = line % lines.length;
        const text = lines[at] ?? '';
        const column = place % text.length;
        fc.pre(text[column] !== character);
        const changed = `${text.slice(0, column)}${character}${text.slice(column + 1)}`;
        const { flaw } = await judge(lines.with(at, changed));
        if (at === 0) {
          // Or where it shows first: what it names may be another first record, or another gateway or journal.
          const checkpoint = lines.findIndex((text) => text.includes('"kind":"checkpoint"')) + 1;
          expect([1, 2, checkpoint]).toContain(flaw?.line);
        } else if (at <= count()) expect(flaw?.record).toBe(at);
        else expect(flaw?.line).toBe(at + 1);
      }),
      { numRuns: 600 },
    );
  });

  it('when a field was changed', async () => {
    const change = fc.constantFrom(
      (record: JournalFileRecord) => ({ ...record, content: `${record.content} ` }),
      (record: JournalFileRecord) => ({ ...record, fromUtcMs: record.fromUtcMs + 1 }),
      (record: JournalFileRecord) => ({ ...record, untilUtcMs: record.untilUtcMs - 1 }),
      (record: JournalFileRecord) => ({ ...record, record: record.record + 1 }),
      (record: JournalFileRecord) => ({ ...record, previous: record.hash }),
      (record: JournalFileRecord) => ({ ...record, hash: record.previous }),
      (record: JournalFileRecord) => ({
        ...record,
        kind: record.kind === 'command' ? ('decisions' as const) : ('command' as const),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(), change, async (drawn, alter) => {
        const number = numbered(drawn);
        const record = records()[number - 1];
        if (record === undefined) throw new Error('no such record');
        const { flaw } = await judge(lines.with(number, JSON.stringify(alter(record))));
        expect(flaw).toMatchObject({ record: number, line: number + 1 });
      }),
      RUNS,
    );
  });

  it('when the change was covered by a new hash of that record alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (drawn) => {
        const number = 1 + (drawn % (count() - 1));
        const record = records()[number - 1];
        if (record === undefined) throw new Error('no such record');
        const forged = rehashed(record, { content: record.content.replace('230', '120').concat(' ') });
        const { flaw } = await judge(lines.with(number, JSON.stringify(forged)));
        expect(flaw?.record).toBe(number);
      }),
      RUNS,
    );
  });

  it('when it was chained to another record before it', async () => {
    for (let number = 2; number <= count(); number += 1) {
      const record = records()[number - 1];
      if (record === undefined) throw new Error('no such record');
      const forged = rehashed(record, { previous: 'f'.repeat(64) });
      const { flaw } = await judge(lines.with(number, JSON.stringify(forged)));
      expect(flaw?.record).toBe(number);
    }
  });

  it('when records were cut out, at the beginning, in between or at the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 50 }), async (drawn, length) => {
        const from = numbered(drawn);
        const many = Math.min(length, count() - from + 1);
        const { flaw } = await judge(lines.toSpliced(from, many));
        expect(flaw?.record).toBe(from);
      }),
      RUNS,
    );
  });

  it('when two records changed places', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (one, other) => {
        const [first, second] = [numbered(one), numbered(other)].toSorted((a, b) => a - b);
        fc.pre(first !== undefined && second !== undefined && first < second);
        const swapped = lines.with(first, lines[second] ?? '').with(second, lines[first] ?? '');
        const { flaw } = await judge(swapped);
        expect(flaw).toMatchObject({ record: first, line: first + 1 });
      }),
      RUNS,
    );
  });

  it('when a record stands twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (which, where) => {
        const number = numbered(which);
        const place = numbered(where) + 1;
        fc.pre(place !== number);
        const { flaw } = await judge(lines.toSpliced(place, 0, lines[number] ?? ''));
        expect(flaw).toMatchObject({ record: place, line: place + 1 });
      }),
      RUNS,
    );
  });

  it('when a record was put in that fits to the one before it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (drawn) => {
        const number = 1 + (drawn % (count() - 1));
        const [before, after] = [records()[number - 1], records()[number]];
        if (before === undefined || after === undefined) throw new Error('no such record');
        const forged = rehashed(after, { kind: 'command', content: 'forged' });
        const { flaw } = await judge(lines.toSpliced(number + 1, 0, JSON.stringify(forged)));
        expect(flaw?.record).toBe(number + 1);
      }),
      RUNS,
    );
  });

  it('when all hashes from there on were computed anew: not before the last checkpoint, not behind the change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (drawn) => {
        const number = numbered(drawn);
        const forged = chainedAnew(number, (record) => ({ ...record, content: `${record.content} ` }));
        const { flaw } = await judge(forged);
        expect(flaw?.record).toBeLessThanOrEqual(number);
        expect(flaw?.record).toBeGreaterThan(vouchedBy.get(number - 1) ?? 0);
      }),
      RUNS,
    );
  });

  it('when the file ends too early, wherever it was cut', async () => {
    const text = textOf(lines);
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (drawn) => {
        const length = drawn % text.length;
        const { flaw } = await verifyText(journal.folder, text.slice(0, length), { publicKey });
        const whole = text.slice(0, length).split('\n').length - 1;
        expect(flaw).toBeDefined();
        if (whole >= 1 && whole <= count()) expect(flaw?.record).toBe(whole);
      }),
      RUNS,
    );
  });

  it('when it was cut off between two lines, or its last line break is gone', async () => {
    for (let whole = 0; whole < lines.length; whole += 1) {
      const { flaw } = await judge(lines.slice(0, whole));
      expect(flaw).toMatchObject(whole === 0 ? { line: 1 } : { record: whole, line: whole + 1 });
    }
    const { flaw } = await verifyText(journal.folder, lines.join('\n'), { publicKey });
    expect(flaw).toMatchObject({ line: lines.length });
  });

  it('when a line says the same in another form', async () => {
    const line = lines[5] ?? '';
    const members = Object.entries(JSON.parse(line));
    for (const other of [
      line.replace('{', '{ '),
      `${line}\r`,
      line.replace('{', '{"content":"another",'),
      JSON.stringify(Object.fromEntries(members.toReversed())),
    ]) {
      expect((await judge(lines.with(5, other))).flaw).toMatchObject({ record: 5, line: 6 });
    }
  });

  it('when the last record was changed and chained anew, which no checkpoint vouches for', async () => {
    const last = count();
    const forged = chainedAnew(last, (record) => ({ ...record, kind: 'command', content: 'forged' }));
    const { flaw } = await judge(forged);
    expect(flaw?.record).toBe((vouchedBy.get(last - 1) ?? 0) + 1);
    expect(flaw?.expected).toContain('as the seal says');
  });

  it('when its end counts otherwise', async () => {
    const end = JSON.parse(lines.at(-1) ?? '');
    for (const changed of [
      { ...end, records: end.records + 1 },
      { ...end, counts: { ...end.counts, receipt: end.counts.receipt + 1 } },
    ]) {
      const { flaw } = await judge(lines.with(-1, JSON.stringify(changed)));
      expect(flaw).toMatchObject({ line: lines.length });
    }
  });

  it('when something was written behind the end', async () => {
    const { flaw } = await judge([...lines, lines[1] ?? '']);
    expect(flaw).toMatchObject({ line: lines.length + 1, expected: 'nothing behind the end' });
  });
});

describe('a checkpoint in the journal', () => {
  const placeOf = () => records().findIndex(({ kind }) => kind === 'checkpoint') + 1;

  it.each([
    ['of another key', () => createPassingSigner(), {}],
    ['of another gateway', () => journal.signer, { gatewayId: 'home-2' }],
    ['of another journal', () => journal.signer, { journalId: '00000000' }],
    ['of a record that comes later', () => journal.signer, { record: 30 }],
    ['of another hash', () => journal.signer, { hash: 'a'.repeat(64) }],
  ])('%s is found, also when the chain was computed anew around it', async (_, signer, change) => {
    const number = placeOf();
    const forged = chainedAnew(number, (record) => ({
      ...record,
      content: signer().sign({ ...payloadOf(record), ...change }),
    }));
    const { flaw } = await judge(forged);
    expect(flaw?.record).toBeLessThanOrEqual(number);
    expect(`${flaw?.expected} ${flaw?.found}`).toMatch(/checkpoint|computed anew/);
  });

  it('a receipt of another key is found as well', async () => {
    const number = records().findIndex(({ kind }) => kind === 'receipt') + 1;
    const forged = chainedAnew(number, (record) => ({
      ...record,
      content: createPassingSigner().sign(JSON.parse(reader.takeApart(record.content)?.payload ?? '')),
    }));
    expect((await judge(forged)).flaw).toMatchObject({
      record: number,
      found: 'a signature that does not fit',
    });
  });
});

describe('a checkpoint that the back office has kept', () => {
  const judgeWith = (text: readonly string[], checkpoint: string) =>
    verifyText(journal.folder, textOf(text), { publicKey, checkpoint });

  it('fits to the whole journal', async () => {
    for (const checkpoint of journal.checkpoints) {
      const verdict = await judgeWith(lines, checkpoint);
      expect(verdict.flaw).toBeUndefined();
      expect(verdict.given?.record).toBeGreaterThan(0);
    }
  });

  it('shows that the end was cut off by one who holds the key', async () => {
    const { folder } = journal;
    const until = new Date((records()[9]?.untilUtcMs ?? 0) + 1).toISOString();
    const shortened = await exportLines(folder, '--until', until);
    const verdict = await judgeWith(shortened, journal.checkpoints.at(-1) ?? '');
    expect(verdict.flaw).toMatchObject({
      record: shortened.length - 1,
      found: expect.stringContaining('cut off'),
    });
    expect((await judge(shortened)).flaw).toBeUndefined();
  });

  it('shows that all was computed and signed anew by one who holds the key', async () => {
    const genuine = payloadOf(records().findLast(({ kind }) => kind === 'checkpoint') as JournalFileRecord);
    const forged = journal.signer.sign({ ...genuine, hash: 'b'.repeat(64) });
    const verdict = await judgeWith(lines, forged);
    expect(verdict.flaw).toMatchObject({ record: 1, found: expect.stringContaining('computed anew') });
  });

  it('of another key, journal or text is none', async () => {
    const genuine = payloadOf(records().findLast(({ kind }) => kind === 'checkpoint') as JournalFileRecord);
    for (const jws of [
      createPassingSigner().sign(genuine),
      journal.signer.sign({ ...genuine, journalId: '00000000' }),
      'a.b.c',
    ]) {
      expect((await judgeWith(lines, jws)).flaw).toBeDefined();
    }
  });
});
