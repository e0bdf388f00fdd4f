// Records messages one by one as the gateway does, each in a transaction of its own, and says so; then, with a broker, brings
// them to it. Killed and started again, it goes on from its disk.
import { writeSync } from 'node:fs';
import { connectBus } from '../../src/adapters/mqtt/connectBus.ts';
import { openStore } from '../../src/adapters/sqlite/openStore.ts';
import { createSystemClock } from '../../src/adapters/system/systemClock.ts';
import { createSystemEntropy } from '../../src/adapters/system/systemEntropy.ts';
import { Postman } from '../../src/sync/outbox.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { telemetryOf } from './streamsLoad.ts';

const [directory = '', wanted = '0', url = ''] = process.argv.slice(2);
const log = new RecordingLog();
const store = openStore({ directory, log });
const { condition } = store;
const restored =
  condition.kind === 'restored' ? (condition.state.memory as { readonly count: number }) : undefined;
let count = restored?.count ?? 0;
while (count < Number(wanted)) {
  count += 1;
  const instant = { runningMs: count * 60_000, utcMs: Date.UTC(2026, 0, 5) + count * 60_000 };
  const outbox = [{ stream: 'telemetry', body: telemetryOf(count) } as const];
  const result = store.commit({ ...instant, memory: { count }, outbox });
  if (!result.ok) throw new Error(result.detail);
  writeSync(1, `recorded ${count}\n`);
  // So that a kill can fall between any two.
  await new Promise(setImmediate);
}
if (url !== '') {
  const clock = createSystemClock();
  const bus = connectBus({
    url,
    clientId: 'bench',
    protocolVersion: 5,
    credentials: () => ({}),
    clock,
    log,
    reconnectDelayMs: () => 200,
    requiresSubscriber: false,
  });
  const postman = new Postman({
    gatewayId: 'bench',
    store,
    bus,
    clock,
    entropy: createSystemEntropy(),
    log,
    cut: (row) => row,
    inFlightMaximum: () => bus.inFlightMaximum(),
    onEvent: () => undefined,
  });
  postman.nudge();
  setInterval(() => undefined, 1_000);
}
