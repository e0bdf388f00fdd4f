import { resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { topicOf } from '../../src/contract/topics.ts';
import { DatedAuthority } from '../support/processes/datedAuthority.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { until } from '../support/processes/waiting.ts';
import { SlowLine } from '../support/slowLine.ts';
import { IdempotentSubscriber, upTo } from '../sync/fakes.ts';
import { makeFolder, openBus, openClient, startMosquitto, startPostman } from './broker/gatewayAtBroker.ts';

const ROWS = 24;

describe.skipIf(!hasMosquitto)('over a line of 400 bytes a second with 3 s there and back', () => {
  it('the backlog goes up in order over one connection, and a command comes down meanwhile', async () => {
    const authority = new DatedAuthority(makeFolder(), 'authority');
    const mosquitto = await startMosquitto({
      guard: { identity: authority.issue('broker'), accessListFile: resolve('config/mosquitto/acl') },
    });
    const line = await SlowLine.open({
      host: '127.0.0.1',
      port: Number(new URL(mosquitto.url).port),
      bytesPerS: 400,
      delayMs: 1_500,
    });
    onTestFinished(() => line.close());
    const desk = await openClient(mosquitto.watchUrl);
    const seen = new IdempotentSubscriber();
    let repeated = 0;
    desk.on('message', (_topic, payload) => {
      const { sequence } = JSON.parse(payload.toString());
      if (sequence <= seen.seen.length) repeated += 1;
      seen.take(sequence);
    });
    await desk.subscribeAsync(topicOf('home-1', 'telemetry'), { qos: 1 });

    const gateway = openBus(`mqtts://127.0.0.1:${line.port}`, authority.issue('home-1'));
    const heard: string[] = [];
    gateway.bus.subscribe(topicOf('home-1', 'curtailment'), async ({ payload }) => {
      heard.push(Buffer.from(payload).toString());
    });
    const { store } = startPostman(gateway);
    for (let n = 0; n < ROWS; n += 1) store.add('telemetry', 700);
    const windows = new Set<number>();
    await until('connected', () => gateway.bus.isConnected(), { withinMs: 60_000 });
    await until('some seen', () => seen.seen.length > 5, { withinMs: 90_000 });
    await desk.publishAsync(topicOf('home-1', 'curtailment'), 'now', { qos: 1 });
    const { tookMs } = await until('the command heard', () => heard.length === 1, { withinMs: 60_000 });
    expect(tookMs).toBeLessThan(10_000);
    await until(
      'all seen',
      () => {
        windows.add(gateway.bus.inFlightMaximum());
        return store.rows.length === 0;
      },
      { withinMs: 240_000 },
    );
    expect(seen.seen).toEqual(upTo(ROWS));
    expect(repeated).toBe(0);
    expect(line.calls).toBe(1);
    expect(Math.max(...windows)).toBeLessThanOrEqual(10);
    expect(gateway.bus.faults()).toEqual([]);
    expect(gateway.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});
