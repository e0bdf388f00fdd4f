import { join } from 'node:path';

/** What SQLite keeps beside a database: the write-ahead log and the index over it. */
export const COMPANIONS = ['-wal', '-shm'] as const;

export function databasePath(directory: string): string {
  return join(directory, 'loadgate.sqlite');
}

/** Held by the one gateway that writes here. A file of its own, so that the database stays open to readers. */
export function lockPath(directory: string): string {
  return join(directory, 'loadgate.lock');
}

/** Behind the name of the database: what was damaged or replaced, a backup in the making, one that is being put back. */
export const OTHER_DATABASES = ['.damaged-', '.replaced-', '.backup', '.restoring'] as const;

/** The content of a backup, while it is gathered. */
export function draftPath(directory: string): string {
  return `${databasePath(directory)}.backup`;
}

/** The database of a backup, until it has been checked. */
export function restoringPath(directory: string): string {
  return `${databasePath(directory)}.restoring`;
}
