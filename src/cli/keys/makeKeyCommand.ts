import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, writeJson } from '../report.ts';

/** Makes a private key, and says by which name and public key others know it. */
export async function makeKey(command: Command, context: Context): Promise<number> {
  const file = resolve(context.workingDirectory, command.args[0] ?? '');
  const made = (await context.compose()).makeKey(file);
  if (!made.ok) return refuse(context, 'storeUnavailable', made.detail);
  const { keyId, publicKey } = made;
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, { file, keyId, publicKey });
  else context.standardOutput.write(`Made ${file}\nkey id      ${keyId}\npublic key  ${publicKey}\n`);
  return EXIT_CODES.ok.code;
}
