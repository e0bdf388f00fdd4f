import { createSignatureReader } from '../adapters/jose/signatureReader.ts';
import type { TrustSettings } from '../config/settings.ts';
import { readTrustFiles, type TrustFiles } from '../config/trustFiles.ts';
import { NO_TRUST, type TrustBundle } from '../domain/trustBundle.ts';
import type { Log } from '../ports/log.ts';
import { type RootOfTrust, readTrustBundle } from '../sync/readTrustBundle.ts';
import { refusal } from './refusal.ts';

interface SignedBundle {
  readonly bundle: TrustBundle;
  readonly jws: string;
}

/** What a gateway was given at its enrolment: whom it believes, and the first bundle. */
interface Enrolment extends RootOfTrust {
  readonly enrolled?: SignedBundle;
}

/** Whom a gateway believes when it starts. */
export interface Trust extends RootOfTrust {
  readonly bundle: TrustBundle;
  /** It came by the file and is newer than what the memory holds. */
  readonly toRemember?: SignedBundle;
}

/** @throws StartRefusal when a file cannot be used */
export async function readEnrolment(settings: TrustSettings): Promise<Enrolment> {
  const { rootKeys, bundleJws } = readFiles(settings);
  const root = { rootKeys, verify: createSignatureReader() };
  if (bundleJws === undefined) return root;
  const read = await readTrustBundle(bundleJws, root);
  if (read.ok) return { ...root, enrolled: { bundle: read.bundle, jws: read.jws } };
  const expected = `expected a trust bundle signed by a key of ${settings.rootKeysFile}`;
  const toDo = 'take the file of the enrolment again, or have the bundle signed by that root.';
  throw refusal('wrongConfiguration', `${settings.bundleFile}: ${expected}; ${read.cause}; ${toDo}`);
}

/**
 * The newer bundle of enrolment and memory. That of the memory is verified again: the roots may be others than when it
 * came.
 */
export async function openTrust(
  { enrolled, ...root }: Enrolment,
  remembered: SignedBundle | undefined,
  log: Log,
): Promise<Trust> {
  const read = remembered === undefined ? undefined : await readTrustBundle(remembered.jws, root);
  if (read?.ok === false) {
    log.warn({ cause: read.cause }, 'The trust bundle in the memory does not hold any more');
  }
  const held = read?.ok === true ? read.bundle : NO_TRUST;
  if (enrolled === undefined || enrolled.bundle.version <= held.version) return { ...root, bundle: held };
  return { ...root, bundle: enrolled.bundle, toRemember: enrolled };
}

function readFiles(settings: TrustSettings): TrustFiles {
  const read = readTrustFiles(settings);
  if (read.ok) return read.files;
  const sentences = read.mistakes.map(
    ({ source, expected, found, toDo }) => `${source}: expected ${expected}, found ${found}; ${toDo}`,
  );
  throw refusal('wrongConfiguration', sentences.join('\n'));
}
