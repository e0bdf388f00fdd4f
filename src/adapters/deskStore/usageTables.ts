import type Database from 'better-sqlite3';
import type { StreamStand } from '../../backoffice/usage/rules.ts';
import type { ReceivedHash, UsageStore } from '../../backoffice/usage/store.ts';

export function usageTables(database: Database.Database): UsageStore {
  const all = database.prepare<[], string>('SELECT stand FROM stream_stand').pluck();
  const save = database.prepare('INSERT OR REPLACE INTO stream_stand VALUES (?, ?, ?, ?)');
  const add = database.prepare('INSERT OR IGNORE INTO received VALUES (?, ?, ?, ?, ?)');
  const range = database.prepare<
    [string, string, string, number, number],
    { readonly sequence: number; readonly body_sha256: Buffer }
  >(
    `SELECT sequence, body_sha256 FROM received
     WHERE gateway_id = ? AND outbox_id = ? AND stream = ? AND sequence >= ? AND sequence <= ? ORDER BY sequence`,
  );
  const drop = database.prepare(
    'DELETE FROM received WHERE gateway_id = ? AND outbox_id = ? AND stream = ? AND sequence <= ?',
  );
  return {
    stands: () => all.all().map((stand) => JSON.parse(stand) as StreamStand),
    saveStands: database.transaction((stands: readonly StreamStand[], received: readonly ReceivedHash[]) => {
      for (const { gatewayId, outboxId, stream, sequence, bodySha256 } of received) {
        add.run(gatewayId, outboxId, stream, sequence, Buffer.from(bodySha256, 'hex'));
      }
      for (const stand of stands) {
        save.run(stand.gatewayId, stand.outboxId, stand.stream, JSON.stringify(stand));
        drop.run(stand.gatewayId, stand.outboxId, stand.stream, stand.proven.until);
      }
    }),
    hashesOf: ({ gatewayId, outboxId, stream }, from, until) =>
      range
        .all(gatewayId, outboxId, stream, from, until)
        .map(({ sequence, body_sha256 }) => ({ sequence, sha256: body_sha256.toString('hex') })),
  };
}
