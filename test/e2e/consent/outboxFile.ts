import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import type { JsonObject } from '../../support/wire/contractFiles.ts';

/** The stream of each place in the table, and of what schema its messages are. */
const SCHEMAS: Readonly<Record<number, string>> = {
  [-1]: 'loadgate.signed/1',
  0: 'loadgate.event/1',
  1: 'loadgate.status-report/1',
  2: 'loadgate.telemetry/1',
};
/** Of the check sum before the compressed text. */
const CHECKSUM_BYTES = 4;

interface StoredRow {
  readonly stream: number;
  readonly sealed: Buffer;
}

/**
 * Everything that lies in the outbox of a gateway, sent already or not, and what is signed in it, out of its database file and
 * by none of its own code: the table is read as it is, each text unpacked.
 */
export function readOutboxFile(stateDirectory: string): readonly JsonObject[] {
  const database = new Database(join(stateDirectory, 'loadgate.sqlite'), { readonly: true });
  try {
    const rows = database.prepare<[], StoredRow>('SELECT stream, sealed FROM outbox').all();
    return rows.flatMap(({ stream, sealed }) => {
      const body: JsonObject = JSON.parse(brotliDecompressSync(sealed.subarray(CHECKSUM_BYTES)).toString());
      const row = { schema: SCHEMAS[stream] ?? `stream ${stream}`, body };
      return typeof body.jws === 'string' ? [row, payloadOf(body.jws)] : [row];
    });
  } finally {
    database.close();
  }
}

function payloadOf(jws: string): JsonObject {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString());
}
