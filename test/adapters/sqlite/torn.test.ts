import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { batchOf, EVENT, recordingLog } from './support/batches.ts';
import { firstBreak, recordsOf } from './support/chain.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const log = recordingLog();
const COMMITS = 60;
/** What a card writes at once, and what it erases at once. */
const UNITS = [512, 4_096, 16_384];

/** What the log or the database lost when the power went while it was being written. */
type Tear =
  | { readonly kind: 'cutAt'; readonly at: number }
  | {
      readonly kind: 'zeros' | 'noise' | 'older';
      readonly unit: number;
      readonly place: number;
      readonly count: number;
    };

const bodyOf = (count: number) => ({
  kind: 'limitReleased',
  limitId: `limit ${count}`.repeat(1 + (count % 9)),
});

/** As a power cut leaves it in the middle of its work: much in the log, an earlier state in the database. */
function abandoned(): { readonly main: Buffer; readonly log: Buffer } {
  const running = temporaryDirectory();
  const killed = temporaryDirectory();
  const before = openStore({ directory: running, log });
  for (let count = 1; count <= COMMITS / 2; count += 1) {
    before.commit(batchOf(count, [{ ...EVENT, body: bodyOf(count) }]));
  }
  before.close();
  const store = openStore({ directory: running, log });
  for (let count = COMMITS / 2 + 1; count <= COMMITS; count += 1) {
    store.commit(batchOf(count, [{ ...EVENT, body: bodyOf(count) }]));
  }
  for (const suffix of ['', '-wal']) {
    copyFileSync(`${databasePath(running)}${suffix}`, `${databasePath(killed)}${suffix}`);
  }
  store.close();
  return {
    main: readFileSync(databasePath(killed)),
    log: readFileSync(`${databasePath(killed)}-wal`),
  };
}

function torn(bytes: Buffer, tear: Tear): Buffer {
  if (tear.kind === 'cutAt') return bytes.subarray(0, tear.at % bytes.length);
  const result = Buffer.from(bytes);
  const units = Math.max(1, Math.floor(bytes.length / tear.unit));
  for (let each = 0; each < tear.count; each += 1) {
    const from = ((tear.place + each * 7) % units) * tear.unit;
    const end = Math.min(from + tear.unit, bytes.length);
    if (tear.kind === 'zeros') result.fill(0, from, end);
    else if (tear.kind === 'noise') for (let at = from; at < end; at += 1) result[at] = (at * 167 + 13) % 251;
    // What stood in another place, or there before: whole frames and pages, and wrong all the same.
    else bytes.copy(result, from, Math.floor(from / 2), Math.floor(from / 2) + end - from);
  }
  return result;
}

const tears: fc.Arbitrary<Tear> = fc.oneof(
  fc.record({ kind: fc.constant('cutAt' as const), at: fc.nat(10_000_000) }),
  fc.record({
    kind: fc.constantFrom('zeros' as const, 'noise' as const, 'older' as const),
    unit: fc.constantFrom(...UNITS),
    place: fc.nat(10_000),
    count: fc.integer({ min: 1, max: 4 }),
  }),
);

let folder: string;
beforeEach(() => {
  folder = temporaryDirectory();
});

/** Opens what is left, and holds everything that comes out of it against what was once committed. */
function judge(main: Buffer, logBytes: Buffer): 'restored' | 'damaged' {
  const directory = join(folder, 'state');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  writeFileSync(databasePath(directory), main);
  writeFileSync(`${databasePath(directory)}-wal`, logBytes);
  const store = openStore({ directory, log });
  const { condition } = store;
  if (condition.kind === 'damaged') {
    // To the byte: somebody may get more out of it.
    expect(readFileSync(condition.setAsidePath).equals(main)).toBe(true);
    expect(store.pending(1_000)).toEqual([]);
    store.close();
    return 'damaged';
  }
  if (condition.kind !== 'restored') throw new Error(`found ${JSON.stringify(condition)}`);
  const count = condition.state.runningMs / 30_000;
  expect(condition.state.memory).toEqual(batchOf(count).memory);
  const rows = store.pending(1_000);
  for (const { sequence, body } of rows) expect(JSON.parse(body)).toEqual(bodyOf(sequence));
  expect(rows.every(({ sequence }) => sequence <= count)).toBe(true);
  // What is missing of those that were promised is told, not passed over.
  const lost = store.streams.untoldLosses(1_000).reduce((sum, loss) => sum + (loss.count ?? 0), 0);
  expect(rows.length + lost).toBe(count);
  expect(store.commit(batchOf(count + 1, [{ ...EVENT, body: bodyOf(count + 1) }]))).toMatchObject({
    ok: true,
    sequences: [count + 1],
  });
  store.close();
  expectJournalUpTo(directory, count);
  return 'restored';
}

/** The newest record is what it was; of the others each is what it was, or the chain finds it. */
function expectJournalUpTo(directory: string, count: number): void {
  let records: ReturnType<typeof recordsOf>;
  try {
    records = recordsOf(directory);
  } catch (error) {
    expect(String(error)).toMatch(/expected a whole journal segment|expected a kind of record|malformed/);
    return;
  }
  const isWhole = records.map(({ record }) => record).join() === countingTo(count + 1).join();
  expect(records.at(-1)?.record).toBe(count + 1);
  expect(firstBreak(records) === undefined).toBe(isWhole);
}

function countingTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

describe('a write that the power cut in two', () => {
  let main: Buffer;
  let logBytes: Buffer;
  beforeEach(() => {
    const left = abandoned();
    main = left.main;
    logBytes = left.log;
  });

  it('is sound as it was left', () => {
    expect(logBytes.length).toBeGreaterThan(COMMITS * 1_000);
    expect(judge(main, logBytes)).toBe('restored');
  });

  it('in the log, wherever: the record goes on from a commit that was, or is set aside', () => {
    const found = { restored: 0, damaged: 0 };
    fc.assert(
      fc.property(tears, (tear) => {
        found[judge(main, torn(logBytes, tear))] += 1;
      }),
      { numRuns: 120, seed: 20261122 },
    );
    expect(found.restored).toBeGreaterThan(90);
  });

  it('in the database, wherever: it is found at once, or when the row is read, and never passes for another', () => {
    const found = { restored: 0, damaged: 0 };
    fc.assert(
      fc.property(tears, fc.boolean(), (tear, hasLog) => {
        found[judge(torn(main, tear), hasLog ? logBytes : Buffer.alloc(0))] += 1;
      }),
      { numRuns: 120, seed: 20261122 },
    );
    expect(found.damaged).toBeGreaterThan(40);
  });
});
