import type Database from 'better-sqlite3';
import type { NoticeRecord } from '../../backoffice/notices/record.ts';
import type { NoticeStore, ReceiptRow, TargetRow } from '../../backoffice/notices/store.ts';

interface StoredTarget {
  readonly target: string;
  readonly progress: string;
  readonly watched: string | null;
}

interface StoredReceipt {
  readonly gateway_id: string;
  readonly outbox_id: string;
  readonly stream: string;
  readonly sequence: number;
  readonly notice_id: string | null;
  readonly received_at_utc_ms: number;
  readonly jws: string;
}

export function noticeTables(database: Database.Database): NoticeStore {
  const all = database.prepare<[], string>('SELECT record FROM notice ORDER BY place').pluck();
  const save = database.prepare(`
    INSERT INTO notice (notice_id, drafted_by, authorised_by, jws, cancel_asked_by, cancel_authorised_by, cancel_jws, record)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (notice_id) DO UPDATE SET
      drafted_by = excluded.drafted_by,
      authorised_by = excluded.authorised_by,
      jws = excluded.jws,
      cancel_asked_by = excluded.cancel_asked_by,
      cancel_authorised_by = excluded.cancel_authorised_by,
      cancel_jws = excluded.cancel_jws,
      record = excluded.record`);
  const last = database
    .prepare<[string, string], number>('SELECT last FROM sequence WHERE issuer = ? AND area = ?')
    .pluck();
  const advance = database.prepare(
    'INSERT INTO sequence VALUES (?, ?, ?) ON CONFLICT (issuer, area) DO UPDATE SET last = excluded.last',
  );
  const targets = database.prepare<[string], StoredTarget>(
    'SELECT target, progress, watched FROM target WHERE notice_id = ? ORDER BY gateway_id',
  );
  const saveTarget = database.prepare(`
    INSERT INTO target VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (notice_id, gateway_id) DO UPDATE SET
      target = excluded.target, progress = excluded.progress, watched = excluded.watched`);
  const addReceipt = database.prepare('INSERT OR IGNORE INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?)');
  const receipts = database.prepare<[string, string], StoredReceipt>(
    'SELECT * FROM receipt WHERE gateway_id = ? AND notice_id = ? ORDER BY received_at_utc_ms, sequence',
  );
  const points = database.prepare<[string], string>('SELECT points FROM series WHERE notice_id = ?').pluck();
  const savePoints = database.prepare(
    'INSERT INTO series VALUES (?, ?) ON CONFLICT (notice_id) DO UPDATE SET points = excluded.points',
  );
  return {
    notices: () => all.all().map((record) => JSON.parse(record) as NoticeRecord),
    saveNotice: (notice) => {
      const { noticeId, drafted, authorised, sent, cancel } = notice;
      const ofCancel = [cancel?.asked.by, cancel?.authorised?.by, cancel?.authorised?.jws];
      const columns = [authorised?.by, sent?.jws, ...ofCancel].map((value) => value ?? null);
      save.run(noticeId, drafted.by, ...columns, JSON.stringify(notice));
    },
    lastSequence: (issuer, areaKey) => last.get(issuer, areaKey) ?? 0,
    takeSequence: database.transaction((issuer: string, areaKey: string, sequence: number) => {
      if (sequence !== (last.get(issuer, areaKey) ?? 0) + 1) return false;
      advance.run(issuer, areaKey, sequence);
      return true;
    }),
    targets: (noticeId) =>
      targets.all(noticeId).map(({ target, progress, watched }) => ({
        target: JSON.parse(target) as TargetRow['target'],
        progress: JSON.parse(progress) as TargetRow['progress'],
        ...(watched === null ? {} : { watched: JSON.parse(watched) as NonNullable<TargetRow['watched']> }),
      })),
    saveTargets: database.transaction((noticeId: string, rows: readonly TargetRow[]) => {
      for (const { target, progress, watched } of rows) {
        const told = watched === undefined ? null : JSON.stringify(watched);
        saveTarget.run(noticeId, target.gatewayId, JSON.stringify(target), JSON.stringify(progress), told);
      }
    }),
    addReceipt: (row) => {
      const { gatewayId, outboxId, stream, sequence, noticeId, receivedAtUtcMs, jws } = row;
      return (
        addReceipt.run(gatewayId, outboxId, stream, sequence, noticeId ?? null, receivedAtUtcMs, jws)
          .changes === 1
      );
    },
    receiptsOf: (noticeId, gatewayId) => receipts.all(gatewayId, noticeId).map(receiptOf),
    series: (noticeId) => JSON.parse(points.get(noticeId) ?? '[]') as ReturnType<NoticeStore['series']>,
    saveSeries: (noticeId, series) => {
      savePoints.run(noticeId, JSON.stringify(series));
    },
  };
}

function receiptOf(row: StoredReceipt): ReceiptRow {
  return {
    gatewayId: row.gateway_id,
    outboxId: row.outbox_id,
    stream: row.stream,
    sequence: row.sequence,
    jws: row.jws,
    ...(row.notice_id === null ? {} : { noticeId: row.notice_id }),
    receivedAtUtcMs: row.received_at_utc_ms,
  };
}
