import { dirname, resolve } from 'node:path';
import { type TrustBundleMessage, trustBundleSchema } from '../contract/trustBundle.ts';
import { type Mistake, show } from './mistake.ts';
import { readPublicKeys } from './publicKeys.ts';
import { readJsoncFile } from './readJsoncFile.ts';

export type TrustDescriptionResult =
  | { readonly ok: true; readonly message: TrustBundleMessage }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

interface Given {
  /** Of a bundle that names none, ISO 8601. */
  readonly issuedAt: string;
  /** Names a key that the description leaves without a name. */
  readonly keyIdOf: (publicKey: string) => string;
}

/**
 * A trust bundle that is to be signed, from a file that people write: the fields of the bundle, where a key may also stand in
 * a PEM file (`publicKeyFile`, from the folder of the description) and go by its thumbprint.
 */
export function readTrustDescription(file: string, given: Given): TrustDescriptionResult {
  const read = readJsoncFile(file);
  if (!read.ok) return { ok: false, mistakes: [read.mistake] };
  if (!isRecord(read.value))
    return { ok: false, mistakes: [mistake(file, '', 'an object { ... }', read.value)] };
  const { keys = [], revoked = [], ...rest } = read.value;
  const listed = Array.isArray(keys) ? keys.map((key) => withKey(key, dirname(file), given)) : [];
  const unreadable = listed.flatMap((entry) => (entry.ok ? [] : [entry.mistake]));
  if (unreadable.length > 0) return { ok: false, mistakes: unreadable };
  const whole = {
    schema: 'loadgate.trust-bundle/1',
    issuedAt: given.issuedAt,
    ...rest,
    keys: Array.isArray(keys) ? listed.map((entry) => (entry.ok ? entry.key : undefined)) : keys,
    revoked,
  };
  const parsed = trustBundleSchema.safeParse(whole);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) =>
      mistake(file, placeOf(path), message, valueAt(whole, path)),
    );
    return { ok: false, mistakes };
  }
  const twice = parsed.data.keys.find(
    ({ publicKey }, index, all) => all.findIndex((other) => other.publicKey === publicKey) !== index,
  );
  if (twice === undefined) return { ok: true, message: parsed.data };
  return { ok: false, mistakes: [mistake(file, 'keys', 'each public key once', twice.keyId)] };
}

type Entry = { readonly ok: true; readonly key: unknown } | { readonly ok: false; readonly mistake: Mistake };

function withKey(entry: unknown, folder: string, { keyIdOf }: Given): Entry {
  if (!isRecord(entry)) return { ok: true, key: entry };
  const { publicKeyFile, ...rest } = entry;
  let { publicKey } = rest;
  if (typeof publicKeyFile === 'string') {
    const file = resolve(folder, publicKeyFile);
    const read = readPublicKeys(file, 'write one: loadgate keys show --pem <private key>');
    if (!read.ok) return read;
    const [only, ...more] = read.value;
    if (more.length > 0) {
      return { ok: false, mistake: mistake(file, '', 'one public key', `${read.value.length} keys`) };
    }
    publicKey = only?.export({ format: 'jwk' }).x;
  }
  const named = typeof publicKey === 'string' ? { keyId: keyIdOf(publicKey), ...rest, publicKey } : rest;
  return { ok: true, key: named };
}

function mistake(source: string, path: string, expected: string, found: unknown): Mistake {
  return { source, path, expected, found: show(found), toDo: found === undefined ? 'add it' : 'correct it' };
}

function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
