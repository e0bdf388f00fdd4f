import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDeskStore } from '../../src/adapters/deskStore/openDeskStore.ts';
import type { DeskStore } from '../../src/backoffice/store.ts';

/** For the store of one test; gone with it. */
export function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-desk-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** Closed with the test. */
export function open(directory: string): DeskStore {
  const opened = openDeskStore(directory);
  if (!opened.ok) throw new Error(opened.detail);
  onTestFinished(() => opened.store.close());
  return opened.store;
}
