import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readPublicKeys } from '../../config/publicKeys.ts';
import { readBytes } from '../../config/readBytes.ts';
import type { Composition, Context, NamedKey } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';
import { publicPemOf } from './publicPem.ts';

/** Shows by which name and public key others know the keys of a file. Never shows a private one. */
export async function showKey(command: Command, context: Context): Promise<number> {
  const file = resolve(context.workingDirectory, command.args[0] ?? '');
  const composition = await context.compose();
  const { json, pem } = command.opts<{ json?: boolean; pem?: boolean }>();
  const keys = isPrivate(file) ? privateKeyOf(file, composition) : publicKeysOf(file, context, composition);
  if (typeof keys === 'number') return keys;
  if (typeof keys === 'string') return refuse(context, 'wrongConfiguration', keys);
  if (json === true) writeJson(context, keys);
  else if (pem === true)
    context.standardOutput.write(keys.map(({ publicKey }) => publicPemOf(publicKey)).join(''));
  else {
    const texts = keys.map(({ keyId, publicKey }) => `key id      ${keyId}\npublic key  ${publicKey}\n`);
    context.standardOutput.write(texts.join('\n'));
  }
  return EXIT_CODES.ok.code;
}

function isPrivate(file: string): boolean {
  const bytes = readBytes(file);
  return typeof bytes !== 'string' && bytes.includes('PRIVATE KEY-----');
}

function privateKeyOf(file: string, composition: Composition): readonly NamedKey[] | string {
  const opened = composition.openSigner(file);
  if (!opened.ok) return opened.detail;
  const { keyId, publicKey } = opened.signer;
  return [{ keyId, publicKey }];
}

function publicKeysOf(
  file: string,
  context: Context,
  { keyIdOf }: Composition,
): readonly NamedKey[] | number {
  const read = readPublicKeys(file, 'name a file with a private key or with public keys (PEM, Ed25519)');
  if (!read.ok) return refuseMistakes(context, [read.mistake]);
  return read.value.map((key) => {
    const publicKey = String(key.export({ format: 'jwk' }).x);
    return { keyId: keyIdOf(publicKey), publicKey };
  });
}
