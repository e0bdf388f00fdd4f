import { afterEach, describe, expect, it } from 'vitest';
import { connectDeskBus, type DeskBus } from '../../src/compose/deskBus.ts';
import type { BusMessage } from '../../src/ports/bus.ts';
import { closedPort } from '../adapters/network/benches.ts';
import { MiniBroker } from '../support/miniBroker.ts';
import { until } from '../support/processes/waiting.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { WallClock } from '../support/wallClock.ts';
import { fixedEntropy } from '../sync/fakes.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

function connect(
  url: string,
  fallbackUrls: readonly [string, ...string[]],
): { bus: DeskBus; heard: BusMessage[] } {
  const heard: BusMessage[] = [];
  const bus = connectDeskBus({
    settings: { url, fallbackUrls: [...fallbackUrls], clientId: 'desk', connections: 2 },
    clock: new WallClock(),
    entropy: fixedEntropy(0),
    log: new RecordingLog(),
    take: async (message) => {
      heard.push(message);
    },
  });
  opened.push(bus);
  return { bus, heard };
}

describe('a desk with several addresses of its broker', () => {
  it('goes to the next one with all of its connections, as a gateway does, and hears there', async () => {
    const broker = await MiniBroker.start();
    opened.push(broker);
    const port = await closedPort();
    const { bus, heard } = connect(`mqtt://127.0.0.1:${port}`, [broker.url]);
    await until('all connected', () => broker.connects.length === 3);
    expect(broker.connects.map(({ clientId }) => clientId).toSorted()).toEqual([
      'desk-in-1',
      'desk-in-2',
      'desk-out',
    ]);
    await until('subscribed', () => broker.subscriptions.length === 7);
    expect(bus.outward.sentence()).toContain(`Connected to ${broker.url}. mqtt://127.0.0.1:${port}: Nothing`);
    broker.deliver('loadgate/v1/home-1/receipts', '{}');
    await until('heard', () => heard.length > 0);
    expect(await bus.outward.publish('loadgate/v1/trust', 'x', { retain: true })).toEqual({ ok: true });
  });
});
