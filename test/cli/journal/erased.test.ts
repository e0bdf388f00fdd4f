import { beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import type { ErasureMessage } from '../../../src/contract/erasure.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import {
  exportLines,
  GATEWAY_ID,
  recordJournal,
  run,
  temporaryFolder,
  textOf,
  verifyText,
} from './journalBench.ts';

let folder: string;
let publicKey: string;

/** A journal whose first half the household has had erased, and that went on. */
beforeEach(() => {
  folder = temporaryFolder();
  const { signer } = recordJournal(folder, 20);
  publicKey = signer.publicKey;
  const store = openStore({ directory: folder, log: new RecordingLog() });
  const { condition } = store;
  if (condition.kind !== 'restored') throw new Error(condition.kind);
  const { runningMs, utcMs, memory } = condition.state;
  const jws = signer.sign({
    schema: 'loadgate.erasure/1',
    gatewayId: GATEWAY_ID,
    journalId: store.outboxId,
    why: 'household',
    throughRecord: store.head()?.record ?? 0,
    at: new Date(utcMs).toISOString(),
    purged: { telemetry: 0, status: 0 },
  } satisfies ErasureMessage);
  store.commit({
    memory,
    runningMs,
    utcMs,
    outbox: [],
    notes: [{ kind: 'erasure', jws, runningMs, utcMs }],
    forgets: [],
  });
  while (store.eraseSlice());
  store.close();
  recordJournal(folder, 10);
});

describe('a journal of which a part was erased', () => {
  it('is whole, says how much was erased, and still shows commands and receipts', async () => {
    await exportLines(folder);
    const { exitCode, out } = await run(folder, 'journal', 'verify', 'journal.ndjson', '--key', publicKey);
    expect([exitCode, out]).toEqual([0, expect.any(String)]);
    expect(out).toContain(': whole, ');
    expect(out).toMatch(/the content of 20 of them was erased at the wish of the household/);
    const shown = await run(folder, 'journal', 'show', 'journal.ndjson');
    expect(shown.out).toContain('erased');
    expect(shown.out).toContain('noticeId N-1');
  });

  it('does not hide what is taken out by somebody else: without the signed erasure it is a flaw', async () => {
    const lines = await exportLines(folder);
    const [head = '', ...others] = lines;
    const { erasures: _, ...rest } = JSON.parse(head);
    const verdict = await verifyText(folder, textOf([JSON.stringify(rest), ...others]), { publicKey });
    expect(verdict.flaw).toMatchObject({ record: 1, found: 'no content' });
  });

  it('does not let a record behind the erasure lose its content', async () => {
    const lines = await exportLines(folder);
    const place = lines.findLastIndex((line) => line.includes('"kind":"decisions"'));
    const found = JSON.parse(lines[place] ?? '');
    lines[place] = JSON.stringify({ ...found, content: '', erased: true });
    const verdict = await verifyText(folder, textOf(lines), { publicKey });
    expect(verdict.flaw).toMatchObject({ record: found.record, found: 'no content' });
  });

  it('does not let another hash stand where something was erased', async () => {
    const lines = await exportLines(folder);
    const place = lines.findIndex((line) => line.includes('"erased":true')) + 3;
    const found = JSON.parse(lines[place] ?? '');
    const other = found.hash.startsWith('f') ? '0' : 'f';
    lines[place] = JSON.stringify({ ...found, hash: `${other}${found.hash.slice(1)}` });
    const verdict = await verifyText(folder, textOf(lines), { publicKey });
    expect(verdict.flaw).toBeDefined();
  });
});
