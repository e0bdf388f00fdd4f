import { describe, expect, it } from 'vitest';
import { Poller } from '../../../src/gateway/poller.ts';
import {
  BUSY_UNITS,
  busyDevices,
  busyProfiles,
  CHARGE_POINT_UNIT,
  cadenceMs,
  leastTimeMs,
  narrowingWrite,
} from '../../support/busyLine.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import { openSteppedBusyLine } from '../../support/steppedBusyLine.ts';

const SETTLE_MS = 10_000;
const SPAN_MS = 60_000;

/** Polled as the gateway does. */
async function startBusyLine(timesAsOften = 1) {
  const { clock, wire, line } = await openSteppedBusyLine();
  const devices = busyDevices(line, clock, busyProfiles(timesAsOften));
  const log = new RecordingLog();
  new Poller({ devices, clock, log, mayPoll: () => true, onReadings: () => {} }).start();
  await clock.advance(SETTLE_MS);
  return { clock, wire, line };
}

async function cadencesWithout(deadUnit?: number): Promise<Map<number, number>> {
  const { clock, wire, line } = await startBusyLine();
  const fromMs = clock.runningMs();
  if (deadUnit !== undefined) wire.dead.add(deadUnit);
  await clock.advance(SPAN_MS);
  expect(wire.collisions).toBe(0);
  const exchanges = line.exchanges.filter(({ endedAtMs }) => endedAtMs > fromMs);
  return new Map(BUSY_UNITS.map(({ unit }) => [unit, cadenceMs(exchanges, unit)]));
}

describe('a 9600 baud line with two meters, a charge point and a relay board', () => {
  it('spends at least 99 % of its time on what the wire allows for the same registers, when more is wanted than fits', async () => {
    const { clock, wire, line } = await startBusyLine(20);
    const fromMs = clock.runningMs();
    await clock.advance(SPAN_MS);
    const exchanges = line.exchanges.filter(({ endedAtMs }) => endedAtMs > fromMs);
    const usefulMs = exchanges.reduce((sum, { request }) => sum + leastTimeMs(request), 0);
    expect(usefulMs / SPAN_MS).toBeGreaterThan(0.99);
    expect(usefulMs / SPAN_MS).toBeLessThan(1.01);
    expect(new Set(exchanges.map(({ request }) => request.unit)).size).toBe(BUSY_UNITS.length);
    expect(wire.collisions).toBe(0);
  });

  it('reads everything at least once a second that is wanted once a second', async () => {
    for (const [, everyMs] of await cadencesWithout()) expect(everyMs).toBeLessThanOrEqual(1_000);
  });

  it.each(BUSY_UNITS)(
    'keeps the cadence of the other units within 10 % from the minute on in which unit $unit ($profileId) dies',
    async ({ unit: deadUnit }) => {
      const healthy = await cadencesWithout();
      const withDead = await cadencesWithout(deadUnit);
      for (const { unit } of BUSY_UNITS) {
        if (unit === deadUnit) continue;
        expect((withDead.get(unit) ?? 0) / (healthy.get(unit) ?? 1), `unit ${unit}`).toBeLessThan(1.1);
      }
    },
  );

  it('sends a narrowing write after at most the frame in progress and its answer, at any instant', async () => {
    const { clock, wire, line } = await startBusyLine(20);
    const { timeoutMs, silenceMs } = busyProfiles().get(CHARGE_POINT_UNIT)?.data.timing ?? {};
    if (timeoutMs === undefined || silenceMs === undefined)
      throw new Error('the charge point has no profile');
    // The frame in progress with its answer, and the silence that the maker of the charge point wants.
    const frames = line.exchanges.map(({ request }) => leastTimeMs({ ...request, silenceMs: 0 }));
    const mostMs = Math.max(...frames) + silenceMs;
    for (let sample = 0; sample < 60; sample++) {
      await clock.advance(1_000 + sample * 7);
      const askedAtMs = clock.runningMs();
      const written = line.request(narrowingWrite(timeoutMs, silenceMs));
      await clock.advance(mostMs + 100);
      expect(await written).toEqual({ ok: true, words: [] });
      const after = wire.frames.filter(({ from, startMs }) => from === 'gateway' && startMs >= askedAtMs);
      expect(after[0]).toMatchObject({ unit: CHARGE_POINT_UNIT });
      expect(after[0]?.pdu.readUInt8(0)).toBe(6);
      expect((after[0]?.startMs ?? 0) - askedAtMs).toBeLessThanOrEqual(mostMs);
    }
    expect(wire.collisions).toBe(0);
  });
});
