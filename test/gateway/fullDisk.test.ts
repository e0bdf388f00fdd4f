import { execFileSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { tellTruth } from '../../firmware-sim/truth.ts';
import { databasePath } from '../../src/adapters/sqlite/files.ts';
import type { Store } from '../../src/ports/store.ts';
import type { StreamStore } from '../../src/ports/streams.ts';
import type { UsageStore } from '../../src/ports/usage.ts';
import { BackOffice } from '../support/backOffice.ts';
import { given } from '../support/consents.ts';
import { SteppedHome } from '../support/steppedHome.ts';

type StoreCall =
  | Exclude<keyof Store, 'condition' | 'outboxId' | 'usage' | 'streams'>
  | `usage.${keyof UsageStore}`
  | `streams.${keyof StreamStore}`;

/** Every way in which the gateway uses its record; the compiler asks for one that is new. */
const CALLS: { readonly [Call in StoreCall]: 'writes' | 'reads' } = {
  commit: 'writes',
  acknowledge: 'writes',
  trimJournal: 'writes',
  eraseSlice: 'writes',
  close: 'writes',
  'usage.thin': 'writes',
  'streams.thin': 'writes',
  'streams.trimKept': 'writes',
  head: 'reads',
  // But for rows that are damaged, which the tests of the record itself have.
  pending: 'reads',
  pendingCount: 'reads',
  segments: 'reads',
  'usage.readState': 'reads',
  'usage.lastId': 'reads',
  'usage.holdings': 'reads',
  'streams.holdings': 'reads',
  'streams.reach': 'reads',
  'streams.vouched': 'reads',
  'streams.untoldLosses': 'reads',
  'streams.lossesOf': 'reads',
  'streams.waiting': 'reads',
  'streams.oldestBut': 'reads',
  'streams.kept': 'reads',
};
const WRITING = Object.entries(CALLS).flatMap(([call, does]) => (does === 'writes' ? [call] : []));

/** The household cooks, the car charges, the sun is down. */
const EVENING_MS = Date.parse('2006-12-23T17:26:00Z');
const MINUTE_MS = 60_000;
const IMPORT_A = 54;
const EXPORT_A = 16;
/** Within which an excursion must be met. */
const MOST_EXCURSION_S = 5;
/** What the log says of what the disk did not take. */
const REFUSED = /^(could not|The record could not)/;
/** Of a file, behind which nothing can be written. */
const FULL_BYTES = 32;

/** Refuses every write of this process behind the first bytes of a file (RLIMIT_FSIZE), or none. */
function limitFiles(bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes ?? 'unlimited'}:`]);
}

/** The disk of this record is full whenever one of its calls is under way. */
class FullDisk {
  readonly #call: string;
  isFull = true;
  met = 0;

  constructor(call: string) {
    this.#call = call;
  }

  wrap<T extends object>(store: T, prefix = ''): T {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        const path = `${prefix}${String(name)}`;
        if (path === 'usage' || path === 'streams') return this.wrap(value as object, `${path}.`);
        if (typeof value !== 'function') return value;
        const run = (...values: unknown[]): unknown => Reflect.apply(value, target, values);
        return path === this.#call ? (...values: unknown[]) => this.#without(() => run(...values)) : run;
      },
    });
  }

  #without(run: () => unknown): unknown {
    if (!this.isFull) return run();
    this.met += 1;
    limitFiles(FULL_BYTES);
    try {
      return run();
    } finally {
      limitFiles(undefined);
    }
  }
}

let home: SteppedHome | undefined;
afterEach(() => home?.remove());

function openHome(disk: FullDisk, backOffice: BackOffice, telemetryIntervalMs: number): SteppedHome {
  home = new SteppedHome({
    startAtMs: EVENING_MS,
    backOffice,
    telemetryIntervalMs,
    // So that there is something to thin, and something that is too old.
    outbox: { mostBytes: 20_000, keepDays: 0 },
    keepJournalDays: 0,
    wrapStore: (store) => disk.wrap(store),
  });
  home.home.ledger.setCeiling('import', IMPORT_A);
  home.home.ledger.setCeiling('export', EXPORT_A);
  return home;
}

function integrityOf(directory: string): unknown {
  const database = new Database(databasePath(directory), { readonly: true });
  try {
    return database.pragma('integrity_check', { simple: true });
  } finally {
    database.close();
  }
}

describe('a disk that is full', () => {
  it.each(WRITING)(
    'at every %s: the limits hold, nothing is corrupt, and it goes on by itself',
    async (call) => {
      const disk = new FullDisk(call);
      const backOffice = new BackOffice();
      const stepped = openHome(disk, backOffice, call === 'streams.thin' ? 1_000 : 10_000);
      const { clock } = stepped;
      disk.isFull = false;
      stepped.start();
      await clock.advance(2 * MINUTE_MS);
      backOffice.setThere(false);
      await clock.advance(6 * MINUTE_MS);
      stepped.kill();

      disk.isFull = true;
      stepped.start();
      await clock.advance(MINUTE_MS);
      backOffice.setThere(true);
      await clock.advance(MINUTE_MS);
      const [entry] = given(['chargingData'], stepped.site, clock.now().utcMs);
      if (entry !== undefined) stepped.gateway.agreement.change([{ ...entry, action: 'withdrawn' }]);
      // As the gateway does once an hour, when it has gathered more than it has room for.
      if (call === 'usage.thin') stepped.store.usage.thin([{ kind: 'seconds', freeBytes: 1_000_000 }]);
      stepped.gateway.eraseHistory('household');
      await clock.advance(2 * MINUTE_MS);
      if (call === 'close') await stepped.stop();
      expect(disk.met).toBeGreaterThan(0);
      const refused = stepped.log.lines.filter(({ message }) => REFUSED.test(message));
      // A record that cannot be tidied up when it is closed lies as it is, and the next start goes on from that.
      if (call !== 'close') expect(refused).not.toEqual([]);
      if (call === 'commit') expect(stepped.gateway.status().record.condition).toBe('failing');

      disk.isFull = false;
      if (call === 'close') stepped.start();
      const before = stepped.store.head()?.record ?? 0;
      if (entry !== undefined) stepped.gateway.agreement.change([{ ...entry, atUtcMs: clock.now().utcMs }]);
      await clock.advance(4 * MINUTE_MS);
      const { record, faults, posture } = stepped.gateway.status();
      expect(record.condition).not.toBe('failing');
      expect(faults.map(({ code }) => code)).not.toContain('store-failed');
      expect(posture).toBe('normal');
      expect(stepped.store.head()?.record).toBeGreaterThan(before);
      expect(stepped.store.pendingCount()).toBeLessThan(5);

      const { ceilings } = tellTruth(stepped.home);
      const phases = [...ceilings.import.phases, ...ceilings.export.phases];
      const excursionS = Math.max(...phases.map((phase) => phase.longestAvoidableExcursionS));
      expect(excursionS).toBeLessThanOrEqual(MOST_EXCURSION_S);
      // Throws when a number came with two contents.
      expect(backOffice.distinct().get('telemetry')?.length).toBeGreaterThan(10);
      await stepped.stop();
      expect(integrityOf(stepped.stateDirectory())).toBe('ok');
    },
    60_000,
  );
});
