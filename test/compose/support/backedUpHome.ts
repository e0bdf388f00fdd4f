import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKeyFile } from '../../../src/adapters/jose/keyFile.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import type { RestoreOrder } from '../../../src/cli/context.ts';
import { makeBackup } from '../../../src/compose/makeBackup.ts';
import {
  batchOf,
  EVENT,
  recordingLog,
  TELEMETRY,
  UTC_START_MS,
} from '../../adapters/sqlite/support/batches.ts';
import { temporaryDirectory } from '../../adapters/sqlite/support/temporaryDirectory.ts';

export const MADE_AT_MS = UTC_START_MS + 3_600_000;
export const PASSPHRASE = 'correct horse battery staple';

/** A box with a record, a key and settings, as an orderly stop leaves it. */
export class BackedUpHome {
  readonly folder = temporaryDirectory();
  readonly stateDirectory = temporaryDirectory();
  readonly keyFile = join(this.stateDirectory, 'identity.key');
  readonly settingsFile = join(this.folder, 'loadgate.jsonc');
  readonly path = join(this.folder, 'home.backup');
  readonly outboxId: string;

  constructor(commits = 30) {
    makeKeyFile(this.keyFile);
    writeFileSync(join(this.stateDirectory, 'broker-certificate-0123.pem'), 'renewed, with its key');
    writeFileSync(this.settingsFile, '{ "gatewayId": "home-17" }');
    const store = openStore({ directory: this.stateDirectory, log: recordingLog() });
    for (let count = 1; count <= commits; count += 1) {
      const { runningMs, utcMs } = batchOf(count);
      const notes = [{ kind: 'receipt', jws: `of.${count}.x`, runningMs, utcMs } as const];
      store.commit({ ...batchOf(count, [EVENT, TELEMETRY]), notes });
    }
    store.acknowledge(store.pending(20, 'telemetry'));
    this.outboxId = store.outboxId;
    store.close();
  }

  backUp(passphrase?: string) {
    return makeBackup({
      path: this.path,
      stateDirectory: this.stateDirectory,
      keyFile: this.keyFile,
      gatewayId: 'home-17',
      copies: [this.settingsFile, join(this.folder, 'none.pem')],
      ...(passphrase === undefined ? {} : { passphrase }),
      madeAtUtcMs: MADE_AT_MS,
      software: 'loadgate test',
    });
  }
}

/** Another box, with nothing on it yet. */
export function newBox(path: string, more: Partial<RestoreOrder> = {}): RestoreOrder {
  const stateDirectory = join(temporaryDirectory(), 'state');
  return { path, stateDirectory, keyFile: join(stateDirectory, 'identity.key'), isForced: false, ...more };
}
