import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { COMPANIONS, databasePath } from '../../src/adapters/sqlite/files.ts';
import { gatherBackup } from '../../src/adapters/sqlite/gatherBackup.ts';
import { temporaryDirectory } from '../adapters/sqlite/support/temporaryDirectory.ts';
import { BackOffice } from '../support/backOffice.ts';
import { given, USUAL_PURPOSES } from '../support/consents.ts';
import { SteppedHome } from '../support/steppedHome.ts';
import type { Delivered } from './lossyBroker.ts';
import { ReceivingDesk } from './receivingDesk.ts';

const MINUTE_MS = 60_000;

/** The stretch of time that a record of telemetry is about. */
function intervalOf({ payload }: Delivered): string {
  const { body } = JSON.parse(payload) as { readonly body: { readonly intervalFrom?: string } };
  return body.intervalFrom ?? '';
}

it('what waited in a backup and was sent since does not come again from the box that is restored from it', async () => {
  const office = new BackOffice();
  const stepped = new SteppedHome({
    startAtMs: Date.parse('2006-12-23T17:26:00+01:00'),
    backOffice: office,
  });
  onTestFinished(() => stepped.remove());
  const { clock } = stepped;
  const desk = new ReceivingDesk(temporaryDirectory(), clock);
  onTestFinished(() => desk.close());
  const heard: Delivered[] = [];
  office.onReceived = (message) => {
    heard.push(message);
    desk.take(message);
  };
  stepped.start();
  await clock.advance(10 * MINUTE_MS);
  office.setThere(false);
  await clock.advance(10 * MINUTE_MS);
  const former = stepped.store.outboxId;
  expect(stepped.store.pendingCount('telemetry')).toBeGreaterThan(8);
  const backup = join(temporaryDirectory(), 'backup.sqlite');
  const atUtcMs = clock.now().utcMs;
  expect(gatherBackup(stepped.stateDirectory(), backup, atUtcMs)).toMatchObject({ ok: true });
  office.setThere(true);
  await clock.advance(10 * MINUTE_MS);
  expect(stepped.store.pendingCount('telemetry')).toBe(0);

  // The card dies, and another one takes its place.
  stepped.kill();
  const path = databasePath(stepped.stateDirectory());
  for (const suffix of COMPANIONS) rmSync(`${path}${suffix}`, { force: true });
  copyFileSync(backup, path);
  await clock.advance(30 * MINUTE_MS);
  stepped.start();
  expect(stepped.store.outboxId).not.toBe(former);
  await clock.advance(5 * MINUTE_MS);
  const isOfNew = ({ outboxId }: Delivered) => outboxId !== former;
  const telemetry = () => heard.filter(({ stream }) => stream === 'telemetry');
  // Nobody has said again that flows may be told.
  expect(telemetry().filter(isOfNew)).toEqual([]);
  stepped.gateway.agreement.change(given(USUAL_PURPOSES, stepped.site, clock.now().utcMs));
  await clock.advance(10 * MINUTE_MS);
  await stepped.stop();

  expect(telemetry().filter(isOfNew).length).toBeGreaterThan(5);
  const intervals = telemetry().map(intervalOf);
  expect(new Set(intervals).size).toBe(intervals.length);
  const told = desk.losses.filter(({ cause }) => cause === 'restored');
  expect(told.map(({ stream }) => stream).toSorted()).toEqual(['events', 'receipts', 'status', 'telemetry']);
  // From when on something may have been on its way, which was sent in time here.
  const from = Date.parse(told.find(({ stream }) => stream === 'telemetry')?.from ?? '');
  expect(from).toBeGreaterThan(atUtcMs - 11 * MINUTE_MS);
  expect(from).toBeLessThan(atUtcMs);
  for (const { missing, gone, contradicted } of desk.report()) {
    expect([missing, gone, contradicted]).toEqual([0, 0, 0]);
  }
}, 60_000);
