import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { openStoreReadOnly } from '../../../src/adapters/sqlite/openStoreReadOnly.ts';
import type { NetworkChange } from '../../../src/domain/network.ts';
import { recordingLog } from './support/batches.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const log = recordingLog();

function change(atUtcMs: number): NetworkChange {
  const whole = { atUtcMs, runningMs: atUtcMs, cause: 'dns-silent', sentence: 'Nobody answers' };
  return atUtcMs % 2 === 0 ? whole : { ...whole, broken: 'dns' };
}

describe('the history of the network', () => {
  it('outlives the gateway, and is read beside it and after it', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    expect(store.addNetworkChange(change(1))).toBe(true);
    expect(store.addNetworkChange(change(2))).toBe(true);
    const beside = openStoreReadOnly(directory);
    expect(beside.ok && beside.record.networkChanges()).toEqual([change(1), change(2)]);
    if (beside.ok) beside.record.close();
    store.close();
    const after = openStore({ directory, log });
    expect(after.networkChanges()).toEqual([change(1), change(2)]);
    after.close();
  });

  it('keeps the newest 500 changes', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    for (let at = 1; at <= 503; at += 1) store.addNetworkChange(change(at));
    const kept = store.networkChanges();
    expect(kept).toHaveLength(500);
    expect([kept[0]?.atUtcMs, kept.at(-1)?.atUtcMs]).toEqual([4, 503]);
    store.close();
  });

  it('leaves out an entry that was damaged or is of another kind, and no other', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    for (const at of [1, 2, 3]) store.addNetworkChange(change(at));
    store.addNetworkChange({ ...change(5), broken: 'moon' as 'dns' });
    const database = new Database(databasePath(directory));
    database.prepare("UPDATE network_history SET sealed = x'0102030405' WHERE entry = 2").run();
    database.close();
    expect(store.networkChanges()).toEqual([change(1), change(3)]);
    store.close();
  });

  it('says when it cannot be kept', () => {
    const directory = temporaryDirectory();
    const store = openStore({ directory, log });
    store.close();
    expect(store.addNetworkChange(change(1))).toBe(false);
    expect(store.networkChanges()).toEqual([]);
  });
});
