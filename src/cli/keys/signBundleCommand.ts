import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readTrustDescription } from '../../config/readTrustDescription.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';

/** Signs a trust bundle from its description, with a root key. */
export async function signBundle(command: Command, context: Context): Promise<number> {
  const { key, output, json } = command.opts<{ key: string; output: string; json?: boolean }>();
  const composition = await context.compose();
  const issuedAt = new Date(composition.createClock(1).now().utcMs).toISOString();
  const description = resolve(context.workingDirectory, command.args[0] ?? '');
  const read = readTrustDescription(description, { issuedAt, keyIdOf: composition.keyIdOf });
  if (!read.ok) return refuseMistakes(context, read.mistakes);
  const opened = composition.openSigner(resolve(context.workingDirectory, key));
  if (!opened.ok) return refuse(context, 'wrongConfiguration', opened.detail);
  const file = resolve(context.workingDirectory, output);
  const jws = await opened.signer.sign(read.message);
  try {
    writeFileSync(file, jws);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return refuse(
      context,
      'storeUnavailable',
      `${file}: expected a file that can be written, found ${found}.`,
    );
  }
  const { version, keys, revoked } = read.message;
  const signedBy = opened.signer.keyId;
  if (json === true) writeJson(context, { file, version, signedBy, bundle: read.message });
  else {
    const counted = `${keys.length} keys, ${revoked.length} revoked`;
    context.standardOutput.write(`Signed version ${version} (${counted}) by the root ${signedBy}: ${file}\n`);
  }
  return EXIT_CODES.ok.code;
}
