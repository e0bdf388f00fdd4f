import { Poller } from '../../src/gateway/poller.ts';
import {
  BUSY_UNITS,
  busyDevices,
  busyProfiles,
  CHARGE_POINT_UNIT,
  cadenceMs,
  type Exchange,
  leastTimeMs,
  narrowingWrite,
} from '../support/busyLine.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { type LineStage, openExactStage, openRealStage } from './lineStages.ts';
import type { Figure, Measurement } from './report.ts';
import { spreadOf } from './statistics.ts';

/** The busiest of the four dies. */
const DYING_UNIT = 1;
/** So many times as often as their profiles want: more than fits on the line. */
const TOO_OFTEN = 20;
const SETTLE_MS = 2_000;
/** Longer than a narrowing write may take on the full line. */
const WRITE_PATIENCE_MS = 1_000;
const EXACT_EXTENT = { spanMs: 60_000, writes: 100 };

interface Extent {
  readonly spanMs: number;
  readonly writes: number;
}

/** Two meters, a charge point and a relay board on one line of 9600 baud: with exact bit times, then in real time. */
export async function measureLine(extent: Extent): Promise<Measurement> {
  const exact = await measureOn(await openExactStage(), EXACT_EXTENT, '9600 baud, exact');
  const real = await measureOn(await openRealStage(), extent, '9600 baud, in real time');
  return { ok: true, title: 'line', figures: [...exact, ...real], notes: [NOTE] };
}

const NOTE =
  'useful is what the wire allows for the same registers: the bits of both frames, the turnaround of the devices, the silences that the protocol and the makers want';

async function measureOn(stage: LineStage, { spanMs, writes }: Extent, name: string): Promise<Figure[]> {
  try {
    return [
      {
        name: `${name}: useful time of the full line`,
        unit: '%',
        gateway: await useShare(stage, spanMs),
        least: 90,
      },
      {
        name: `${name}: growth of the cadence beside a dead unit`,
        unit: '%',
        gateway: await growth(stage, spanMs),
        target: 10,
      },
      ...(await narrowing(stage, writes, name)),
    ];
  } finally {
    await stage.close();
  }
}

async function useShare(stage: LineStage, spanMs: number): Promise<number> {
  const exchanges = await poll(stage, TOO_OFTEN, () => stage.wait(spanMs));
  const tookMs = (exchanges.at(-1)?.endedAtMs ?? 0) - (exchanges[0]?.endedAtMs ?? 0);
  const usefulMs = exchanges
    .slice(1)
    .reduce((sum, { request }) => sum + leastTimeMs(request, stage.hearingMs), 0);
  return (usefulMs / tookMs) * 100;
}

async function growth(stage: LineStage, spanMs: number): Promise<number> {
  const healthy = await poll(stage, 1, () => stage.wait(spanMs));
  const withDead = await poll(stage, 1, () => {
    stage.setDead(DYING_UNIT, true);
    return stage.wait(spanMs);
  });
  stage.setDead(DYING_UNIT, false);
  const others = BUSY_UNITS.filter(({ unit }) => unit !== DYING_UNIT);
  return (
    Math.max(...others.map(({ unit }) => cadenceMs(withDead, unit) / cadenceMs(healthy, unit) - 1)) * 100
  );
}

async function narrowing(stage: LineStage, writes: number, name: string): Promise<Figure[]> {
  const tookMs: number[] = [];
  const before: number[] = [];
  const { timeoutMs, silenceMs } = busyProfiles().get(CHARGE_POINT_UNIT)?.data.timing ?? {};
  if (timeoutMs === undefined || silenceMs === undefined) throw new Error('the charge point has no profile');
  const exchanges = await poll(stage, TOO_OFTEN, async () => {
    for (let sample = 0; sample < writes; sample++) {
      await stage.wait(Math.random() * 300);
      const written = stage.line.request(narrowingWrite(timeoutMs, silenceMs));
      await stage.wait(WRITE_PATIENCE_MS);
      const result = await written;
      if (!result.ok) throw new Error(result.detail);
    }
  });
  for (const { request, askedAtMs, endedAtMs } of exchanges) {
    if (request.priority !== 'narrowing') continue;
    tookMs.push(endedAtMs - askedAtMs);
    before.push(
      exchanges.filter((other) => other.endedAtMs > askedAtMs && other.endedAtMs < endedAtMs).length,
    );
  }
  const { median, worst } = spreadOf(tookMs);
  return [
    {
      name: `${name}: frames before a narrowing write, most`,
      unit: '',
      gateway: spreadOf(before).worst,
      target: 1,
    },
    { name: `${name}: narrowing write to its answer, median`, unit: 'ms', gateway: median },
    { name: `${name}: narrowing write to its answer, worst`, unit: 'ms', gateway: worst },
  ];
}

/** Polls as the gateway does. Gives what ended from after the settling until the end. */
async function poll(
  { line, clock, wait }: LineStage,
  timesAsOften: number,
  run: () => Promise<unknown>,
): Promise<Exchange[]> {
  const devices = busyDevices(line, clock, busyProfiles(timesAsOften));
  const poller = new Poller({
    devices,
    clock,
    log: new RecordingLog(),
    mayPoll: () => true,
    onReadings: () => undefined,
  });
  poller.start();
  await wait(SETTLE_MS);
  const from = line.exchanges.length;
  await run();
  const exchanges = line.exchanges.slice(from);
  poller.stop();
  const closed = Promise.all(devices.map((device) => device.close()));
  // What is still under way on a stepped clock ends only when the clock goes on.
  await wait(SETTLE_MS);
  await closed;
  return exchanges;
}
