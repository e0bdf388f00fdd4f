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
