import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

type Given = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly detail: string };

const RAW_KEY = /^[A-Za-z0-9_-]{43}$/;
const COMPACT_JWS = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}$/;

/** A public key from the command line: raw Ed25519 in base64url, or a file with that text or a PEM. */
export function readGivenKey(given: string, workingDirectory: string): Given {
  if (RAW_KEY.test(given)) return { ok: true, value: given };
  const file = resolve(workingDirectory, given);
  const text = readText(file);
  const expected = 'a public key (PEM, Ed25519, or 43 characters of base64url)';
  if (text === undefined) return { ok: false, detail: `${file}: expected ${expected}, found no such file.` };
  if (RAW_KEY.test(text.trim())) return { ok: true, value: text.trim() };
  try {
    const key = createPublicKey(text);
    if (key.asymmetricKeyType === 'ed25519') {
      return { ok: true, value: String(key.export({ format: 'jwk' }).x) };
    }
    return {
      ok: false,
      detail: `${file}: expected ${expected}, found one of the kind ${key.asymmetricKeyType}.`,
    };
  } catch {
    return { ok: false, detail: `${file}: expected ${expected}, found something else.` };
  }
}

/** A checkpoint from the command line: the compact JWS, or a file with it. */
export function readGivenCheckpoint(given: string, workingDirectory: string): Given {
  if (COMPACT_JWS.test(given)) return { ok: true, value: given };
  const file = resolve(workingDirectory, given);
  const text = readText(file);
  if (text !== undefined && COMPACT_JWS.test(text.trim())) return { ok: true, value: text.trim() };
  const found = text === undefined ? 'no such file' : 'something else';
  return { ok: false, detail: `${file}: expected a checkpoint (compact JWS), found ${found}.` };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
