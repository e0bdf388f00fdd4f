import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isSealed, readBackup, type Sink } from '../adapters/backupFile/readBackup.ts';
import { isDirectoryLocked, takeDirectoryLock } from '../adapters/sqlite/directoryLock.ts';
import { COMPANIONS, databasePath, restoringPath } from '../adapters/sqlite/files.ts';
import { checkBackup, removeDatabase } from '../adapters/sqlite/gatherBackup.ts';
import { syncDirectory } from '../adapters/sqlite/schema.ts';
import { setAside } from '../adapters/sqlite/setAside.ts';
import { OWN_CERTIFICATES } from '../adapters/x509/ownCertificates.ts';
import type { RestoreOrder, RestoreOutcome } from '../cli/context.ts';
import { type BackupManifest, backupManifestSchema } from '../contract/backup.ts';
import { readOwnKey } from './journal.ts';
import { DATABASE_NAME, KEY_NAME, MANIFEST_NAME, SETTINGS_FOLDER, STATE_FOLDER } from './makeBackup.ts';
import { whyOutOfService } from './wipe.ts';

type Refused = Extract<RestoreOutcome, { readonly ok: false }>;

/**
 * Puts a backup in the place of a record that is no more. Nothing is put there before all of the backup has been checked, and
 * nothing that is there is overwritten. The record goes last: until it is there, everything can simply be done again.
 */
export function restoreBackup(order: RestoreOrder): RestoreOutcome {
  const { stateDirectory } = order;
  try {
    mkdirSync(stateDirectory, { recursive: true });
    const lock = takeDirectoryLock(stateDirectory);
    if (!lock.ok) {
      const exit = isDirectoryLocked(stateDirectory) ? 'portInUse' : 'storeUnavailable';
      return { ok: false, exit, detail: lock.detail };
    }
    try {
      return whyNot(order) ?? restoreInto(order);
    } finally {
      removeDatabase(restoringPath(stateDirectory));
      rmSync(restoringKey(order), { force: true });
      lock.release();
    }
  } catch (error) {
    return refused('storeUnavailable', error instanceof Error ? error.message : String(error));
  }
}

function whyNot({
  path,
  stateDirectory,
  passphrase,
  isForced,
  settingsFolder,
}: RestoreOrder): Refused | undefined {
  const outOfService = whyOutOfService(stateDirectory);
  if (outOfService !== undefined) return refused('outOfService', outOfService);
  if (passphrase === undefined && isSealed(path)) {
    return refused('wrongUsage', `${path}: expected its passphrase; name a file with it: --passphrase-file`);
  }
  if (settingsFolder !== undefined && existsSync(settingsFolder)) {
    return refused(
      'notDone',
      `${settingsFolder}: expected no such folder yet, found one; choose another name.`,
    );
  }
  const database = databasePath(stateDirectory);
  const found = ['', ...COMPANIONS].map((suffix) => `${database}${suffix}`).find((file) => existsSync(file));
  if (found === undefined || isForced) return undefined;
  return refused(
    'notDone',
    `${found}: expected a state directory without a record, found one; choose another, or have the old record set aside: --force.`,
  );
}

function restoreInto(order: RestoreOrder): RestoreOutcome {
  const { stateDirectory, keyFile, settingsFolder } = order;
  const restoring = restoringPath(stateDirectory);
  const unpacked = unpack(order, restoring);
  if (!unpacked.ok) return unpacked;
  const { manifest, key, copies } = unpacked;
  const mistake = whyUnfit(order, manifest, restoring);
  if (mistake !== undefined) return mistake;
  writeFileSync(restoringKey(order), key, { mode: 0o600, flush: true });
  const own = readOwnKey(restoringKey(order));
  if (!own.ok || own.signer.publicKey !== manifest.publicKey) {
    return refused(
      'backupDamaged',
      `${order.path}: expected the key ${manifest.publicKey}, found another one.`,
    );
  }
  const isKeyThere = existsSync(keyFile) && readFileSync(keyFile).equals(key);
  if (existsSync(keyFile) && !isKeyThere && !order.isForced) {
    return refused(
      'notDone',
      `${keyFile}: expected no key, or that of the backup, found another one; --force sets it aside.`,
    );
  }
  if (settingsFolder !== undefined) writeSettings(settingsFolder, copies);
  writeState(stateDirectory, copies);
  const database = databasePath(stateDirectory);
  const setAsidePaths = [
    ...(existsSync(keyFile) && !isKeyThere ? [setAside(keyFile, '.replaced-')] : []),
    ...(['', ...COMPANIONS].some((suffix) => existsSync(`${database}${suffix}`))
      ? [setAside(database, '.replaced-')]
      : []),
  ];
  if (!isKeyThere) renameSync(restoringKey(order), keyFile);
  syncDirectory(dirname(keyFile));
  renameSync(restoring, database);
  syncDirectory(stateDirectory);
  return { ok: true, manifest, setAsidePaths };
}

type Unpacked =
  | {
      readonly ok: true;
      readonly manifest: BackupManifest;
      readonly key: Buffer;
      readonly copies: ReadonlyMap<string, Buffer>;
    }
  | Refused;

function unpack({ path, passphrase }: RestoreOrder, restoring: string): Unpacked {
  const texts = new Map<string, Buffer>();
  removeDatabase(restoring);
  try {
    readBackup({
      path,
      ...(passphrase === undefined ? {} : { passphrase }),
      sinkOf: ({ name }) => (name === DATABASE_NAME ? fileSink(restoring) : textSink(name, texts)),
    });
  } catch (error) {
    // What the disk says has a code; what the file is found to be has none.
    const isDisk = error instanceof Error && 'code' in error;
    return refused(
      isDisk ? 'storeUnavailable' : 'backupDamaged',
      String(error instanceof Error ? error.message : error),
    );
  }
  const key = texts.get(KEY_NAME);
  const manifest = backupManifestSchema.safeParse(parse(texts.get(MANIFEST_NAME)));
  if (key === undefined || !manifest.success || !existsSync(restoring)) {
    const expected = `${MANIFEST_NAME}, ${KEY_NAME} and ${DATABASE_NAME} of this version`;
    return refused('backupDamaged', `${path}: expected ${expected}, found ${[...texts.keys()].join(', ')}.`);
  }
  return { ok: true, manifest: manifest.data, key, copies: texts };
}

function whyUnfit(
  { path, gatewayId }: RestoreOrder,
  manifest: BackupManifest,
  restoring: string,
): Refused | undefined {
  if (gatewayId !== undefined && manifest.gatewayId !== undefined && gatewayId !== manifest.gatewayId) {
    const detail = `${path}: expected a backup of the gateway "${gatewayId}", found one of "${manifest.gatewayId}".`;
    return refused('notDone', detail);
  }
  const checked = checkBackup(restoring);
  if (!checked.ok) return refused('backupDamaged', `${path}: its record is not whole: ${checked.detail}`);
  const isSame =
    checked.backup.journalId === manifest.journalId && checked.head?.hash === manifest.head?.hash;
  return isSame
    ? undefined
    : refused('backupDamaged', `${path}: expected the record of its manifest, found another one.`);
}

function writeSettings(folder: string, texts: ReadonlyMap<string, Buffer>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, content] of texts) {
    if (name.startsWith(SETTINGS_FOLDER)) {
      writeFileSync(join(folder, basename(name)), content, { mode: 0o600, flag: 'wx' });
    }
  }
}

/** Certificates; those that are there stay. */
function writeState(stateDirectory: string, texts: ReadonlyMap<string, Buffer>): void {
  for (const [name, content] of texts) {
    const target = join(stateDirectory, basename(name));
    const isOwn = name.startsWith(STATE_FOLDER) && basename(name).startsWith(OWN_CERTIFICATES);
    if (isOwn && !existsSync(target)) writeFileSync(target, content, { mode: 0o600, flush: true });
  }
}

function fileSink(path: string): Sink {
  const descriptor = openSync(path, 'wx', 0o600);
  return {
    write: (bytes) => {
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    },
    end: () => {
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}

function textSink(name: string, texts: Map<string, Buffer>): Sink {
  const pieces: Buffer[] = [];
  return {
    write: (bytes) => {
      pieces.push(bytes);
    },
    end: () => {
      texts.set(name, Buffer.concat(pieces));
    },
  };
}

function restoringKey({ keyFile }: RestoreOrder): string {
  return `${keyFile}.restoring`;
}

function refused(exit: Refused['exit'], detail: string): Refused {
  return { ok: false, exit, detail };
}

function parse(text: Buffer | undefined): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
