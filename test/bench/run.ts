// Measures what Loadgate costs, beside a bare script that does the least possible. docs/bench.md explains the figures.
// `node test/bench/run.ts [--smoke] [--json] [--only notices,fleet]` (LOADGATE_SHORT=1 is as --smoke); a build in dist/ must
// be there.
// Exit code 1 only when something could not be measured: how fast a machine is never fails a run.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCycle } from './cycleCost.ts';
import { measureDisk } from './diskPerDay.ts';
import { measureFleet } from './fleet.ts';
import { measureGrowth } from './growth.ts';
import { measureHeadroom } from './headroom.ts';
import { measureLatency } from './latency.ts';
import { measureLine } from './lineUse.ts';
import { reportMemory, takeFootprint } from './memory.ts';
import { measureNotices } from './noticeLatency.ts';
import { judgeFigure, type Measurement, renderTable } from './report.ts';
import { startSideBySide } from './sideBySide.ts';
import { measureStreams } from './streams.ts';

interface Extent {
  readonly samples: number;
  readonly notices: number;
  readonly restMs: number;
  readonly cycleRounds: number;
  readonly diskMs: number;
  readonly line: { readonly spanMs: number; readonly writes: number };
}

const FULL: Extent = {
  samples: 250,
  notices: 100,
  restMs: 60_000,
  cycleRounds: 10,
  diskMs: 86_400_000,
  line: { spanMs: 40_000, writes: 60 },
};
const SMOKE: Extent = {
  samples: 40,
  notices: 30,
  restMs: 15_000,
  cycleRounds: 2,
  diskMs: 3_600_000,
  line: { spanMs: 12_000, writes: 8 },
};

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const isSmoke = values.smoke || process.env.LOADGATE_SHORT === '1';
const extent = isSmoke ? SMOKE : FULL;
const folder = mkdtempSync(join(tmpdir(), 'loadgate-bench-'));
// So that the processes of the bench are ended with it: they are killed at its exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1_000_000_000),
  kernel: release(),
  node: process.version,
};
say(
  `Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, Linux ${machine.kernel}, Node ${machine.node}`,
);

/** In their order; the line comes last, so that nothing stirs beside it. */
const MEASURING: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  sideBySide,
  notices: async () => [await notices()],
  fleet: async () => [await fleet()],
  cycle: async () => [await attempt('cycle', () => measureCycle(folder, extent.cycleRounds))],
  disk: async () => [await attempt('disk', () => measureDisk(folder, extent.diskMs))],
  streams: async () => [await streams()],
  growth: async () => [await attempt('growth', async () => measureGrowth(isSmoke))],
  headroom: async () => [await attempt('headroom', () => measureHeadroom(isSmoke))],
  line: async () => [await line()],
};
const chosen = values.only?.split(',') ?? Object.keys(MEASURING);
const measurements: Measurement[] = [];
for (const name of chosen) {
  const measure = MEASURING[name];
  if (measure === undefined)
    throw new Error(`--only takes ${Object.keys(MEASURING).join(', ')}; found ${name}`);
  measurements.push(...(await measure()));
}
const passed = measurements.filter(({ ok }) => ok).length;
const failed = measurements.length - passed;
if (values.json) {
  const report = measurements.map((measurement) =>
    measurement.ok ? { ...measurement, figures: measurement.figures.map(judgeFigure) } : measurement,
  );
  console.log(JSON.stringify({ isSmoke, machine, measurements: report, passed, failed }, undefined, 2));
}
say(`\n${renderTable(measurements)}\n`);
for (const measurement of measurements) {
  if (!measurement.ok) say(`RED: ${measurement.title}: ${measurement.cause.split('\n')[0]}`);
}
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Latency and memory come from the same processes: first at rest, then under the load of the samples. */
async function sideBySide(): Promise<readonly Measurement[]> {
  const seconds = extent.restMs / 1_000;
  say(`Gateway and bare script start and run for ${seconds} s; then ${extent.samples} samples each ...`);
  let latency: Measurement | undefined;
  const memory = await attempt('memory', async () => {
    const parts = await startSideBySide(folder);
    try {
      const atRest = await takeFootprint(parts, extent.restMs);
      latency = await attempt('latency', () => measureLatency(parts, extent.samples));
      return reportMemory(atRest, extent.restMs, await takeFootprint(parts, 0));
    } finally {
      await parts.stop();
    }
  });
  return [latency ?? { ok: false, title: 'latency', cause: 'the processes did not come up' }, memory];
}

/** A home of its own: what the curtailments have left of the first one is released only after minutes. */
async function notices(): Promise<Measurement> {
  say(`Gateway and bare script start again; then ${extent.notices} restriction notices each ...`);
  return attempt('notices', async () => {
    const parts = await startSideBySide(mkdtempSync(join(folder, 'notices-')));
    try {
      return await measureNotices(parts, extent.notices);
    } finally {
      await parts.stop();
    }
  });
}

async function fleet(): Promise<Measurement> {
  say(`A desk, and light gateways: ${isSmoke ? 'up to 1,000' : 'up to 10,000'} ...`);
  return attempt('fleet', () => measureFleet(isSmoke));
}

async function streams(): Promise<Measurement> {
  say('Streams beside a Mosquitto bridge, each killed twice ...');
  return attempt('streams', () => measureStreams(folder, isSmoke));
}

async function line(): Promise<Measurement> {
  say(
    `Four devices on a line of 9600 baud, for ${Math.round((3 * extent.line.spanMs) / 1_000)} s and some more ...`,
  );
  return attempt('line', () => measureLine(extent.line));
}

async function attempt(title: string, measure: () => Promise<Measurement>): Promise<Measurement> {
  try {
    return await measure();
  } catch (error) {
    return { ok: false, title, cause: error instanceof Error ? error.message : String(error) };
  }
}

/** With --json the standard output is for the machine alone. */
function say(line: string): void {
  if (values.json) console.error(line);
  else console.log(line);
}
