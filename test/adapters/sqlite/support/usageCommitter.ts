// Keeps an account of energy on a real store as fast as it can until it is killed. The register of its meter begins where it is
// told and says each step; it is a second to the look and a write to the minute.
import { writeSync } from 'node:fs';
import { openStore } from '../../../../src/adapters/sqlite/openStore.ts';
import { UsageLedger } from '../../../../src/usage/ledger.ts';
import { packState, unpackState } from '../../../../src/usage/state.ts';
import { recordingLog, UTC_START_MS } from './batches.ts';

const [directory = '', firstWh = '0', offMs = '0'] = process.argv.slice(2);
const store = openStore({ directory, log: recordingLog() });
const { condition } = store;
const state = unpackState(store.usage.readState());
let registerWh = Number(firstWh);
const before = condition.kind === 'restored' ? condition.state : { runningMs: 0, utcMs: UTC_START_MS };
let now = { runningMs: before.runningMs, utcMs: before.utcMs + Number(offMs), clockLevel: 'synced' as const };
const ledger = new UsageLedger({
  metering: {
    channels: [{ channelId: 'connection', kind: 'connection', mostW: 1_000_000 }],
    chargePoints: [],
  },
  startedAt: now,
  firstId: Math.max(state?.nextId ?? 1, store.usage.lastId() + 1),
  ...(state === undefined ? {} : { state }),
  isRecordLost: condition.kind === 'damaged',
});
for (let look = 0; ; look += 1) {
  ledger.add({
    now,
    channels: { connection: { powerW: 36_000, importRegisterWh: registerWh } },
    chargePoints: {},
  });
  if (look % 60 === 0) {
    writeSync(1, `begins ${registerWh}\n`);
    const { state: open, ...changes } = ledger.takeChanges(now);
    const { runningMs, utcMs } = now;
    const usage = { ...changes, state: packState(open) };
    const result = store.commit({ memory: {}, runningMs, utcMs, outbox: [], usage });
    if (!result.ok) throw new Error(result.detail);
    writeSync(1, `committed ${registerWh}\n`);
  }
  now = { ...now, runningMs: now.runningMs + 1_000, utcMs: now.utcMs + 1_000 };
  registerWh += 10;
}
