import type Database from 'better-sqlite3';
import type { CertificateStore, IssuedCertificate } from '../../backoffice/certificates/store.ts';

interface StoredCertificate {
  readonly issued_at_utc_ms: number;
  readonly until_utc_ms: number;
  readonly serial: string;
  readonly certificates: string;
}

export function certificateTable(database: Database.Database): CertificateStore {
  const add = database.prepare('INSERT INTO certificate VALUES (?, ?, ?, ?, ?, ?)');
  const find = database.prepare<[string, string], StoredCertificate>(
    'SELECT * FROM certificate WHERE gateway_id = ? AND csr_sha256 = ?',
  );
  const count = database
    .prepare<[string, number], number>(
      'SELECT count(*) FROM certificate WHERE gateway_id = ? AND issued_at_utc_ms > ?',
    )
    .pluck();
  return {
    addCertificate: ({ gatewayId, csrSha256, issuedAtUtcMs, untilUtcMs, serial, certificates }) => {
      add.run(gatewayId, csrSha256, issuedAtUtcMs, untilUtcMs, serial, certificates);
    },
    issuedFor: (gatewayId, csrSha256) => {
      const row = find.get(gatewayId, csrSha256);
      return row === undefined ? undefined : issuedOf(gatewayId, csrSha256, row);
    },
    countIssued: (gatewayId, sinceUtcMs) => count.get(gatewayId, sinceUtcMs) ?? 0,
  };
}

function issuedOf(
  gatewayId: string,
  csrSha256: string,
  { issued_at_utc_ms, until_utc_ms, serial, certificates }: StoredCertificate,
): IssuedCertificate {
  return {
    gatewayId,
    csrSha256,
    issuedAtUtcMs: issued_at_utc_ms,
    untilUtcMs: until_utc_ms,
    serial,
    certificates,
  };
}
