// Commits as fast as it can until it is killed. Says each commit before it begins and after it was acknowledged.
import { writeSync } from 'node:fs';
import { openStore } from '../../../../src/adapters/sqlite/openStore.ts';
import { batchOf, EVENT, recordingLog, TELEMETRY } from './batches.ts';

const store = openStore({ directory: process.argv[2] ?? '', log: recordingLog() });
const { condition } = store;
const start = condition.kind === 'restored' ? condition.state.runningMs / 30_000 : 0;
writeSync(1, `${condition.kind} ${start}\n`);
for (let count = start + 1; ; count += 1) {
  writeSync(1, `begins ${count}\n`);
  const batch = batchOf(count, count % 3 === 0 ? [EVENT, TELEMETRY] : [TELEMETRY]);
  const { runningMs, utcMs } = batch;
  const notes = count % 4 === 0 ? [{ kind: 'receipt' as const, jws: `of.${count}.x`, runningMs, utcMs }] : [];
  const result = store.commit({ ...batch, notes });
  if (!result.ok) throw new Error(result.detail);
  writeSync(1, `committed ${count}\n`);
  if (count % 5 === 0) store.acknowledge(store.pending(2));
}
