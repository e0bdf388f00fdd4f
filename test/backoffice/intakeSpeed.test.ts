import { expect, it } from 'vitest';
import type { Board, Notice } from '../../src/contract/desk.ts';
import { receiptMessageOf } from '../../src/contract/receipt.ts';
import type { SteppedClock } from '../support/steppedClock.ts';
import { WallClock } from '../support/wallClock.ts';
import { exampleDraft, StandingDesk } from './standing.ts';

const HOMES = 10_000;
/** As many connections as a desk has. Each hands on the next message when the last one was taken. */
const CONNECTIONS = 8;

it('ten thousand receipts of one notice are on the disk within seconds, in bounded memory', {
  timeout: 120_000,
}, async () => {
  const stand = new StandingDesk({}, new WallClock() as unknown as SteppedClock);
  const ids = await stand.register(HOMES);
  const basis = { ...exampleDraft().basis, established: 'Telemetry of the provider shows no response.' };
  const drafted = await stand.as<Notice>(
    'anna',
    'POST',
    '/api/notices',
    exampleDraft({ basis, durationSeconds: 7_200 }),
  );
  const { noticeId, forecast } = drafted.body;
  await stand.as('bob', 'POST', `/api/notices/${noticeId}/authorise`, { forecastAt: forecast.at });
  const { sent } = (await stand.as<Notice>('anna', 'POST', `/api/notices/${noticeId}/send`)).body;
  const messages = ids.map((gatewayId) => {
    const payload = receiptMessageOf({
      gatewayId,
      noticeId,
      status: 'received',
      issuer: '12',
      sha256: sent?.sha256 ?? '',
      atUtcMs: Date.now(),
      runningMs: 0,
      clockLevel: 'synced',
      isRehearsal: false,
      adjustments: [],
    });
    const jws = stand.gateways.get(gatewayId)?.sign(payload);
    return stand.envelope(gatewayId, 'receipts', 'loadgate.signed/1', { jws });
  });
  let commits = 0;
  const { transaction } = stand.store;
  Object.assign(stand.store, {
    transaction: <T>(work: () => T): T => {
      commits += 1;
      return transaction(work);
    },
  });
  const heapBefore = process.memoryUsage().heapUsed;
  const from = performance.now();
  const cpuFrom = process.cpuUsage();
  let next = 0;
  const connection = async (): Promise<void> => {
    for (let message = messages[next++]; message !== undefined; message = messages[next++])
      await stand.desk.take(message);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const tookMs = performance.now() - from;
  const cpu = process.cpuUsage(cpuFrom);
  const cpuMs = (cpu.user + cpu.system) / 1_000;
  const board = (await stand.as<Board>('vera', 'GET', `/api/notices/${noticeId}/board`)).body;
  const grewMb = (process.memoryUsage().heapUsed - heapBefore) / 1_048_576;
  console.log(
    `${HOMES} receipts in ${Math.round(tookMs)} ms (${Math.round(cpuMs)} ms of processor), ${commits} transactions, heap ${Math.round(grewMb)} MB more`,
  );
  expect(board.counts).toMatchObject({ asked: HOMES, reached: HOMES, accepted: HOMES });
  // By the processor's time, which others that compute beside it do not lengthen much; on a machine to itself some 4 s.
  expect(cpuMs).toBeLessThan(20_000);
  expect(grewMb).toBeLessThan(150);
});
