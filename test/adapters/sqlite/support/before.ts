import Database from 'better-sqlite3';
import { databasePath } from '../../../../src/adapters/sqlite/files.ts';
import { APPLICATION_ID, MIGRATIONS, migrate } from '../../../../src/adapters/sqlite/schema.ts';
import { sealText } from '../../../../src/adapters/sqlite/sealedJson.ts';
import { packEntries } from '../../../../src/domain/packedEntries.ts';
import { batchOf, EVENT } from './batches.ts';

/** As the first version of the schema left it, with two runs of decisions and a row of the outbox. */
export function writeRecordOfBefore(directory: string): void {
  const database = new Database(databasePath(directory));
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma('journal_mode = WAL');
  migrate(database, MIGRATIONS.slice(0, 1));
  const insert = database.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)');
  for (const count of [1, 2]) {
    const { segment } = batchOf(count);
    if (segment === undefined) throw new Error('a batch without decisions');
    const { firstRunningMs, lastRunningMs, firstUtcMs, lastUtcMs, entries } = segment;
    const sealed = sealText(JSON.stringify(packEntries(entries)));
    insert.run(count, firstRunningMs, lastRunningMs, firstUtcMs, lastUtcMs, sealed);
  }
  const { memory, runningMs, utcMs } = batchOf(2);
  const state = {
    restored: { memory, runningMs, utcMs },
    outboxId: '0123abcd',
    sequences: { events: 4, status: 0, telemetry: 9 },
  };
  database.prepare('INSERT INTO state VALUES (1, ?)').run(sealText(JSON.stringify(state)));
  const body = sealText(JSON.stringify(EVENT.body));
  database.prepare('INSERT INTO outbox VALUES (0, 4, ?, ?, ?)').run(utcMs, runningMs, body);
  database.close();
}
