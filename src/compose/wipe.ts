import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OWN_CERTIFICATES } from '../adapters/x509/ownCertificates.ts';

/** Stands in the state directory of a gateway that was taken out of service. */
const MARKER = 'decommissioned.json';

/** What a gateway keeps in its state directory, by the beginning of the name. */
const OWN = ['loadgate.sqlite', 'identity.key', OWN_CERTIFICATES];
/** An empty file; the gateway that runs holds its lock. */
const LOCK = 'loadgate.lock';
const ZEROS = Buffer.alloc(1 << 16);

export interface Decommissioned {
  readonly gatewayId: string;
  readonly siteId: string;
  readonly at: string;
  /** Whether the broker has acknowledged the last word, and all before it. */
  readonly isFarewellSent: boolean;
  /** Generators that could not be reached to take their limit off. */
  readonly notGivenBack: readonly string[];
  readonly wiped: readonly string[];
  readonly kept: readonly string[];
}

/** The sentence that refuses a start where a gateway was taken out of service; undefined: it may start. */
export function whyOutOfService(directory: string): string | undefined {
  const path = join(directory, MARKER);
  if (!existsSync(path)) return undefined;
  return `${path}: expected a gateway in service, found one that was taken out of it; to begin a new one here, remove this file.`;
}

/**
 * Wipes what the gateway has kept, its key included, and leaves a marker so that it does not begin anew. Files that are not
 * its own stay. Call it when nothing of it is open any more.
 */
export function wipeState(
  directory: string,
  keyFile: string,
  told: Omit<Decommissioned, 'wiped' | 'kept'>,
): Decommissioned {
  // First, so that whatever comes in between, no new gateway begins on a half-wiped record.
  writeMarker(directory, { ...told, wiped: [], kept: [] });
  const names = readdirSync(directory);
  const own = names.filter((name) => OWN.some((beginning) => name.startsWith(beginning)));
  const paths = [...new Set([keyFile, ...own.map((name) => join(directory, name))])].filter((path) =>
    existsSync(path),
  );
  for (const path of paths) overwrite(path);
  for (const path of paths) rmSync(path, { force: true });
  const kept = names.filter((name) => !own.includes(name) && name !== LOCK && name !== MARKER);
  const done = { ...told, wiped: paths, kept };
  writeMarker(directory, done);
  return done;
}

/** Over what stands there, not beside it: a file that is only removed can be found again on the medium. */
function overwrite(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    const { size } = statSync(path);
    for (let at = 0; at < size; at += ZEROS.length) {
      writeSync(descriptor, ZEROS, 0, Math.min(ZEROS.length, size - at), at);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeMarker(directory: string, told: Decommissioned): void {
  const descriptor = openSync(join(directory, MARKER), 'w', 0o644);
  try {
    writeSync(descriptor, `${JSON.stringify(told, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
