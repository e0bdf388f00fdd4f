import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readBackup } from '../adapters/backupFile/readBackup.ts';
import { type Part, writeBackup } from '../adapters/backupFile/writeBackup.ts';
import { draftPath } from '../adapters/sqlite/files.ts';
import { gatherBackup, removeDatabase } from '../adapters/sqlite/gatherBackup.ts';
import { OWN_CERTIFICATES } from '../adapters/x509/ownCertificates.ts';
import type { BackupOrder, BackupOutcome } from '../cli/context.ts';
import type { BackupManifest } from '../contract/backup.ts';
import { iso } from '../domain/instant.ts';
import { readOwnKey } from './journal.ts';

export const MANIFEST_NAME = 'manifest.json';
export const DATABASE_NAME = 'loadgate.sqlite';
export const KEY_NAME = 'identity.key';
export const SETTINGS_FOLDER = 'settings/';
/** What belongs into the state directory beside the record. */
export const STATE_FOLDER = 'state/';

/** Copies are small: whatever is larger than this is none of our settings. */
const MOST_COPY_BYTES = 1 << 20;

/**
 * One file with all that another box needs to go on as this gateway: its record, its key, its settings. The gateway may run.
 * What was written is read again from the disk before this says that it is done.
 */
export function makeBackup(order: BackupOrder): BackupOutcome {
  const { path, stateDirectory, keyFile, passphrase, madeAtUtcMs } = order;
  if (existsSync(path)) {
    const detail = `${path}: expected no such file yet, found one; choose another name.`;
    return { ok: false, exit: 'notDone', detail };
  }
  const key = readOwnKey(keyFile);
  if (!key.ok) return { ok: false, exit: 'storeUnavailable', detail: key.detail };
  const { draft, remove } = placeForDraft(stateDirectory);
  try {
    const gathered = gatherBackup(stateDirectory, draft, madeAtUtcMs);
    if (!gathered.ok) return { ok: false, exit: 'storeUnavailable', detail: gathered.detail };
    const copies = copiesOf(order.copies);
    const manifest: BackupManifest = {
      schema: 'loadgate.backup/1',
      ...(order.gatewayId === undefined ? {} : { gatewayId: order.gatewayId }),
      publicKey: key.signer.publicKey,
      keyId: key.signer.keyId,
      journalId: gathered.backup.journalId,
      ...(gathered.head === undefined ? {} : { head: gathered.head }),
      madeAt: iso(gathered.backup.madeAtUtcMs),
      recordedUntil: iso(gathered.recordedUntilUtcMs),
      software: order.software,
      settings: copies.map(({ name, from }) => ({ name, path: from })),
    };
    const parts: Part[] = [
      { name: MANIFEST_NAME, content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
      { name: KEY_NAME, content: readFileSync(keyFile) },
      ...copies.map(({ name, content }) => ({ name, content })),
      ...certificatesIn(stateDirectory),
      { name: DATABASE_NAME, file: draft },
    ];
    const sealed = passphrase === undefined ? {} : { passphrase };
    writeBackup({ path, parts, madeAtUtcMs, ...sealed });
    const entries = readBackup({ path, ...sealed, sinkOf: () => undefined });
    return { ok: true, manifest, bytes: statSync(path).size, files: entries.length };
  } catch (error) {
    return {
      ok: false,
      exit: 'storeUnavailable',
      detail: String(error instanceof Error ? error.message : error),
    };
  } finally {
    remove();
  }
}

/** Beside the record, where it is as safe as that; on a card that takes nothing any more, elsewhere. */
function placeForDraft(stateDirectory: string): { readonly draft: string; readonly remove: () => void } {
  const beside = draftPath(stateDirectory);
  try {
    removeDatabase(beside);
    const probe = mkdtempSync(beside);
    rmSync(probe, { recursive: true });
    return { draft: beside, remove: () => removeDatabase(beside) };
  } catch {
    const folder = mkdtempSync(join(tmpdir(), 'loadgate-backup-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    return { draft: join(folder, DATABASE_NAME), remove };
  }
}

/** Certificates that were renewed, with their keys: their names say to which one of the settings they belong. */
function certificatesIn(stateDirectory: string): Part[] {
  return readdirSync(stateDirectory)
    .filter((name) => name.startsWith(OWN_CERTIFICATES))
    .map((name) => ({ name: `${STATE_FOLDER}${name}`, content: readFileSync(join(stateDirectory, name)) }));
}

interface Copy {
  readonly name: string;
  readonly from: string;
  readonly content: Buffer;
}

function copiesOf(files: readonly string[]): Copy[] {
  const copies: Copy[] = [];
  for (const from of new Set(files)) {
    if (!existsSync(from) || !statSync(from).isFile() || statSync(from).size > MOST_COPY_BYTES) continue;
    const plain = basename(from)
      .replaceAll(/[^A-Za-z0-9._-]/g, '_')
      .slice(-60);
    const isTaken = copies.some(({ name }) => name === `${SETTINGS_FOLDER}${plain}`);
    const name = `${SETTINGS_FOLDER}${isTaken ? `${copies.length}-` : ''}${plain}`;
    copies.push({ name, from, content: readFileSync(from) });
  }
  return copies;
}
