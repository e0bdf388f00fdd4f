import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { databasePath } from '../../../src/adapters/sqlite/files.ts';
import { gatherBackup } from '../../../src/adapters/sqlite/gatherBackup.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { tellOfRestoration } from '../../../src/gateway/restoration.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import {
  exportLines,
  GATEWAY_ID,
  type RecordedJournal,
  recordJournal,
  run,
  START_UTC_MS,
  temporaryFolder,
  textOf,
  verifyText,
} from './journalBench.ts';

let folder: string;
let old: RecordedJournal;
/** What the old box has signed after the backup was made. */
let lost: readonly string[];

/** A box that is backed up, goes on and dies; another one goes on from the backup, twice. */
beforeEach(() => {
  const first = temporaryFolder();
  old = recordJournal(first, 20);
  const second = restored(first);
  lost = recordJournal(first, 90).checkpoints;
  recordJournal(second, 10);
  folder = restored(second);
  recordJournal(folder, 10);
});

function restored(from: string): string {
  const to = temporaryFolder();
  const gathered = gatherBackup(from, databasePath(to), START_UTC_MS);
  if (!gathered.ok) throw new Error(gathered.detail);
  cpSync(join(from, 'identity.key'), join(to, 'identity.key'));
  const store = openStore({ directory: to, log: new RecordingLog() });
  const { condition } = store;
  if (condition.kind !== 'fromBackup') throw new Error(condition.kind);
  const { runningMs, utcMs, memory } = condition.state;
  const parts = { gatewayId: GATEWAY_ID, store, signer: old.signer };
  const told = tellOfRestoration(parts, { runningMs, utcMs, clockLevel: 'synced' });
  if (told === undefined) throw new Error('nothing is told of the restoration');
  store.commit({ memory, runningMs, utcMs, outbox: [told.draft], notes: [told.note] });
  store.close();
  return to;
}

const publicKeyOf = () => old.signer.publicKey;

describe('a journal that went on from a backup', () => {
  it('is whole, over both of its former names', async () => {
    const lines = await exportLines(folder);
    expect(JSON.parse(lines[0] ?? '').restorations).toHaveLength(2);
    const verified = await run(folder, 'journal', 'verify', 'journal.ndjson', '--key', publicKeyOf());
    expect([verified.exitCode, verified.err]).toEqual([0, '']);
    expect(verified.out).toContain(': whole, ');
    expect((await run(folder, 'journal', 'show', 'journal.ndjson')).out).toContain('restoration');
  });

  it('fits to what was vouched for before the backup, and not to what the lost card had on it behind', async () => {
    const text = textOf(await exportLines(folder));
    const publicKey = publicKeyOf();
    const known = await verifyText(folder, text, { publicKey, checkpoint: old.checkpoints.at(-1) ?? '' });
    expect([known.flaw, known.given?.record]).toEqual([undefined, expect.any(Number)]);
    const beyond = await verifyText(folder, text, { publicKey, checkpoint: lost.at(-1) ?? '' });
    expect(beyond.flaw?.found).toMatch(/one of the journal [0-9a-f]{8} of the gateway/);
  });

  it('proves nothing without the signed word of where it goes on', async () => {
    const [head = '', ...others] = await exportLines(folder);
    const { restorations, ...rest } = JSON.parse(head);
    for (const kept of [[], restorations.slice(1), restorations.toReversed()]) {
      const changed = JSON.stringify({ ...rest, restorations: kept });
      const verdict = await verifyText(folder, textOf([changed, ...others]), { publicKey: publicKeyOf() });
      expect(verdict.flaw).toBeDefined();
    }
  });

  it('takes no former name from a restoration of another box, although the same gateway has signed it', async () => {
    const [head = '', ...others] = await exportLines(folder);
    const { restorations, ...rest } = JSON.parse(head);
    const elsewhere = old.signer.sign({
      schema: 'loadgate.restoration/1',
      gatewayId: GATEWAY_ID,
      journalId: 'ffffffff',
      former: { journalId: '0123abcd', record: 9_999, hash: '0'.repeat(64) },
      backupMadeAt: '2026-01-05T17:00:00.000Z',
      at: '2026-01-05T18:00:00.000Z',
    });
    const changed = JSON.stringify({ ...rest, restorations: [elsewhere, ...restorations] });
    const verdict = await verifyText(folder, textOf([changed, ...others]), { publicKey: publicKeyOf() });
    expect(verdict.flaw).toMatchObject({ line: 1, expected: expect.stringMatching(/was called/) });
  });
});
