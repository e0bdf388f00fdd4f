/** Code of a SQLite or system error; empty when it has none. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Prefix of the error code, what was expected, and what to do. The first that fits counts. */
const SENTENCES: readonly (readonly [code: string, expected: string, toDo: string])[] = [
  [
    'SQLITE_FULL',
    'room for the record',
    'free some space on this disk; the record goes on by itself once there is room',
  ],
  ['ENOSPC', 'room for the record', 'free some space on this disk'],
  [
    'SQLITE_READONLY',
    'a database that can be written',
    'make the disk and the file writable for the gateway',
  ],
  ['EROFS', 'a disk that can be written', 'mount the disk writable and check it for faults'],
  ['EACCES', 'a directory that the gateway may write', 'give it to the user that the gateway runs as'],
  ['EPERM', 'a directory that the gateway may write', 'give it to the user that the gateway runs as'],
  ['ENOTDIR', 'a directory', 'move the file away or choose another state directory'],
  ['EEXIST', 'a directory', 'move the file away or choose another state directory'],
  [
    'SQLITE_CANTOPEN',
    'a database file in a writable directory',
    'check that the state directory exists, is writable and holds a file of this name',
  ],
  ['SQLITE_BUSY', 'a database for this gateway alone', 'end the other program that writes this database'],
  ['SQLITE_LOCKED', 'a database for this gateway alone', 'end the other program that writes this database'],
  ['SQLITE_CORRUPT', 'a sound database', 'restart the gateway: it sets the file aside and begins a new one'],
  ['SQLITE_NOTADB', 'a sound database', 'restart the gateway: it sets the file aside and begins a new one'],
  ['SQLITE_IOERR', 'a disk that reads and writes without error', 'check the storage medium and its mount'],
  ['EIO', 'a disk that reads and writes without error', 'check the storage medium and its mount'],
];

/** One sentence for an operator: where, what was expected, what was found, what to do. */
export function explainFailure(path: string, error: unknown): string {
  const code = codeOf(error);
  const found = error instanceof Error ? error.message : String(error);
  const [, expected, toDo] = SENTENCES.find(([prefix]) => code.startsWith(prefix)) ?? [
    '',
    'a record that can be written',
    'see the log; if it stays, send a support bundle',
  ];
  return `${path}: expected ${expected}, found "${found}"${code === '' ? '' : ` (${code})`}; ${toDo}.`;
}

/** What SQLite says when the disk, the rights, the memory or another program are at fault. */
const SURROUNDINGS =
  /^SQLITE_(BUSY|CANTOPEN|FULL|INTERRUPT|IOERR|LOCKED|MISUSE|NOLFS|NOMEM|PERM|PROTOCOL|READONLY|TOOBIG)/;

/**
 * Whether the content of the file is at fault. When its surroundings are, the content may be whole, and setting
 * it aside would forget restrictions that are in force. Anything else that SQLite says of a file that it has
 * only read ("unsupported file format", "malformed") is about the content.
 */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('SQLITE_') && !SURROUNDINGS.test(code);
}

export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}
