import { setTimeout as sleep } from 'node:timers/promises';
import type { Measurement } from './report.ts';
import type { SideBySide } from './sideBySide.ts';
import { spreadOf } from './statistics.ts';

const LOOKS = 5;
const LOOK_EVERY_MS = 1_000;

export interface Footprint {
  readonly gatewayMb: number;
  readonly bareScriptMb: number;
  /** Processor time that the gateway takes of each second, ms. */
  readonly gatewayProcessorMsPerS: number;
}

/** Resident memory once both have run for a time, as the median of some looks. */
export async function takeFootprint(parts: SideBySide, afterMs: number): Promise<Footprint> {
  const { gateway, bareScript, startedAtMs } = parts;
  await sleep(Math.max(0, startedAtMs + afterMs - LOOKS * LOOK_EVERY_MS - performance.now()));
  const sinceMs = performance.now();
  const usedBeforeMs = gateway.process.processorMs();
  const gatewayMb: number[] = [];
  const bareScriptMb: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    await sleep(LOOK_EVERY_MS);
    gatewayMb.push(gateway.process.residentMb());
    bareScriptMb.push(bareScript.process.residentMb());
  }
  const usedMs = gateway.process.processorMs() - usedBeforeMs;
  return {
    gatewayMb: spreadOf(gatewayMb).median,
    bareScriptMb: spreadOf(bareScriptMb).median,
    gatewayProcessorMsPerS: (usedMs / (performance.now() - sinceMs)) * 1_000,
  };
}

export function reportMemory(atRest: Footprint, afterMs: number, afterLoad: Footprint): Measurement {
  const target = 1.4;
  return {
    ok: true,
    title: 'memory',
    figures: [
      {
        name: `resident memory after ${afterMs / 1_000} s`,
        unit: 'MB',
        gateway: atRest.gatewayMb,
        bareScript: atRest.bareScriptMb,
        target,
      },
      {
        name: 'resident memory after the load',
        unit: 'MB',
        gateway: afterLoad.gatewayMb,
        bareScript: afterLoad.bareScriptMb,
        target,
      },
      { name: 'processor time at rest, per second', unit: 'ms', gateway: atRest.gatewayProcessorMsPerS },
    ],
    notes: [
      'the gateway holds a home of five devices and four loads; the load is that of the latency samples',
    ],
  };
}
