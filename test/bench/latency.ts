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

/**
 * From the publishing of a curtailment to the arrival of the register at the charge point. Each sample asks for a
 * tenth of an amp less than the one before, so that each has to be written at once; both take turns.
 */
export async function measureLatency(parts: SideBySide, samples: number): Promise<Measurement> {
  const title = 'latency';
  const client = await connectAsync(parts.brokerUrl, { protocolVersion: 5 });
  const taken = { gateway: [] as number[], bareScript: [] as number[] };
  const turns = ['gateway', 'bareScript'] as const;
  try {
    for (let index = 1; index <= samples; index++) {
      const order = index % 2 === 0 ? turns : turns.toReversed();
      for (const who of order) {
        await sleep(randomInt(LEAST_PAUSE_MS, MOST_PAUSE_MS));
        const ceilingA = Math.round((FULL_CURRENT_A - index * STEP_A) * 1000) / 1000;
        taken[who].push(await takeSample(client, parts[who], index, ceilingA));
      }
    }
  } finally {
    await client.endAsync();
  }
  const gateway = spreadOf(taken.gateway);
  const bareScript = spreadOf(taken.bareScript);
  const figure = (name: string, key: 'median' | 'p95' | 'p99', target?: number): Figure => ({
    name: `publish to register written, ${name}`,
    unit: 'ms',
    gateway: gateway[key],
    bareScript: bareScript[key],
    ...(target !== undefined && { target }),
  });
  return {
    ok: true,
    title,
    figures: [figure('median', 'median', 2), figure('p95', 'p95'), figure('p99', 'p99', 3)],
    notes: [
      `${samples} samples each, taken in turns; slowest ${gateway.worst.toFixed(1)} ms (gateway), ${bareScript.worst.toFixed(1)} ms (bare script)`,
    ],
  };
}

async function takeSample(
  client: MqttClient,
  { chargePoint, topic }: Contestant,
  index: number,
  ceilingA: number,
): Promise<number> {
  const payload = JSON.stringify({
    schema: 'loadgate.curtailment/1',
    id: `sample-${index}`,
    direction: 'import',
    basis: 'phaseCurrentA',
    ceiling: ceilingA,
    circuit: 'charging',
    durationSeconds: 3_600,
    reason: 'bench',
  });
  const written = chargePoint.writtenAtMost(Math.round(ceilingA * 1000), PATIENCE_MS);
  const publishedAtMs = performance.now();
  client.publish(topic, payload, { qos: 1 });
  return (await written) - publishedAtMs;
}
