import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { openStoreReadOnly } from '../../../src/adapters/sqlite/openStoreReadOnly.ts';
import { energyBodyOf } from '../../../src/cli/energy/energyBody.ts';
import type { Decision, DecisionInput } from '../../../src/core/decision.ts';
import type { Now } from '../../../src/domain/instant.ts';
import { UsageKeeper } from '../../../src/gateway/usage/usageKeeper.ts';
import { readAccount } from '../../../src/usage/readAccount.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { examplePlan } from '../../support/steppedHome.ts';

const site = examplePlan('single-phase');
const after = (seconds: number): Now => ({
  runningMs: seconds * 1_000,
  utcMs: Date.UTC(2026, 0, 5, 17) + seconds * 1_000,
  clockLevel: 'synced',
});

function openKeeper() {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-keeper-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const open = () => {
    const store = openStore({ directory, log: new RecordingLog() });
    return { store, keeper: new UsageKeeper({ site, store, startedAt: after(0) }) };
  };
  return { directory, open };
}

function observe(keeper: UsageKeeper, now: Now): void {
  const decision = { explanation: { circuits: [], loads: [], faults: [] } };
  keeper.observe({ now, site, snapshot: {} } as unknown as DecisionInput, decision as unknown as Decision);
}

it('writes soon after the start, then each five minutes; what could not be written comes with the next', () => {
  const { keeper } = openKeeper().open();
  const dueAt: number[] = [];
  const idsOf: (readonly number[])[] = [];
  for (let second = 0; second <= 1_000; second += 1) {
    observe(keeper, after(second));
    const batch = keeper.takeDue(after(second), false);
    if (batch === undefined) continue;
    dueAt.push(second);
    idsOf.push(batch.rows.map(({ id }) => id));
    keeper.settle(dueAt.length !== 2);
  }
  expect(dueAt).toEqual([14, 314, 614, 914]);
  // The second was refused.
  expect(idsOf).toEqual([[1], [2], [2, 3], [4]]);
});

it('tells of a record that was set aside as a gap with its cause', () => {
  const { directory, open } = openKeeper();
  writeFileSync(join(directory, 'loadgate.sqlite'), 'garbage'.repeat(1_000));
  const { store, keeper } = open();
  expect(store.condition.kind).toBe('damaged');
  observe(keeper, after(0));
  observe(keeper, after(1));
  const usage = keeper.takeDue(after(1), true);
  if (usage === undefined) throw new Error('nothing to write');
  store.commit({ memory: {}, runningMs: 1_000, utcMs: after(1).utcMs, outbox: [], usage });
  store.close();
  const opened = openStoreReadOnly(directory);
  if (!opened.ok) throw new Error(opened.detail);
  const body = energyBodyOf(readAccount(opened.record), { unit: 'day', timeZone: 'Europe/London' });
  opened.record.close();
  expect(body.notKnown[0]).toMatchObject({
    cause: 'recordLost',
    sentence: 'The record was damaged and set aside; what was in it is not in this report',
    until: '2026-01-05T17:00:00.000Z',
  });
});
