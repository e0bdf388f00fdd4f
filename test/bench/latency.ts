import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Figure, Measurement } from './report.ts';
import { type Contestant, FULL_CURRENT_A, type SideBySide } from './sideBySide.ts';
import { spreadOf } from './statistics.ts';

const STEP_A = 0.1;
const PATIENCE_MS = 5_000;
/** Samples fall at every place of the second in which both poll and decide. */
const LEAST_PAUSE_MS = 60;
const MOST_PAUSE_MS = 180;

export type Contestants = Pick<SideBySide, 'brokerUrl' | 'gateway' | 'bareScript'>;

/**
 * From the publishing of a curtailment to the arrival of the register at the charge point. Each sample asks for a
 * tenth of an amp less than the one before, so that each has to be written at once; both take turns.
 */
export async function measureLatency(parts: SideBySide, samples: number): Promise<Measurement> {
  const taken = await takeTurns(parts, samples, STEP_A, curtailmentOf);
  return reportTurns('latency', 'publish to register written', taken, { median: 2, p99: 3 });
}

/** What gateway and bare script have needed, ms, in the order of the samples. */
export interface Turns {
  readonly gateway: readonly number[];
  readonly bareScript: readonly number[];
}

/** Samples of both in turns, each by stepA less than the one before, all of them a command to each. */
export async function takeTurns(
  parts: Contestants,
  samples: number,
  stepA: number,
  commandOf: (index: number, ceilingA: number) => object,
): Promise<Turns> {
  const client = await connectAsync(parts.brokerUrl, { protocolVersion: 5 });
  const taken = { gateway: [] as number[], bareScript: [] as number[] };
  const turns = ['gateway', 'bareScript'] as const;
  try {
    for (let index = 1; index <= samples; index++) {
      const order = index % 2 === 0 ? turns : turns.toReversed();
      for (const who of order) {
        await sleep(randomInt(LEAST_PAUSE_MS, MOST_PAUSE_MS));
        const ceilingA = Math.round((FULL_CURRENT_A - index * stepA) * 1000) / 1000;
        taken[who].push(await takeSample(client, parts[who], commandOf(index, ceilingA), ceilingA));
      }
    }
  } finally {
    await client.endAsync();
  }
  return taken;
}

export function reportTurns(
  title: string,
  name: string,
  taken: Turns,
  targets: { readonly median?: number; readonly p99?: number },
): Measurement {
  const gateway = spreadOf(taken.gateway);
  const bareScript = spreadOf(taken.bareScript);
  const figure = (key: 'median' | 'p95' | 'p99', target?: number): Figure => ({
    name: `${name}, ${key}`,
    unit: 'ms',
    gateway: gateway[key],
    bareScript: bareScript[key],
    ...(target !== undefined && { target }),
  });
  return {
    ok: true,
    title,
    figures: [figure('median', targets.median), figure('p95'), figure('p99', targets.p99)],
    notes: [
      `${gateway.samples} samples each, taken in turns; slowest ${gateway.worst.toFixed(1)} ms (gateway), ${bareScript.worst.toFixed(1)} ms (bare script)`,
    ],
  };
}

async function takeSample(
  client: MqttClient,
  { chargePoint, topic, encode }: Contestant,
  command: object,
  ceilingA: number,
): Promise<number> {
  const payload = encode(command);
  const written = chargePoint.writtenAtMost(Math.round(ceilingA * 1000), PATIENCE_MS);
  const publishedAtMs = performance.now();
  client.publish(topic, payload, { qos: 1 });
  return (await written) - publishedAtMs;
}

function curtailmentOf(index: number, ceilingA: number): object {
  return {
    schema: 'loadgate.curtailment/1',
    id: `sample-${index}`,
    direction: 'import',
    basis: 'phaseCurrentA',
    ceiling: ceilingA,
    circuit: 'charging',
    durationSeconds: 3_600,
    reason: 'bench',
  };
}
