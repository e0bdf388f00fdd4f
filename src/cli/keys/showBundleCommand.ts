import { resolve } from 'node:path';
import type { Command } from 'commander';
import { readTrustFiles } from '../../config/trustFiles.ts';
import { iso } from '../../domain/instant.ts';
import type { TrustBundle, TrustedKey } from '../../domain/trustBundle.ts';
import { readTrustBundle } from '../../sync/readTrustBundle.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';
import { alignColumns } from '../table.ts';

/** Checks a trust bundle against the root keys, as a gateway does, and shows whom it lets give commands. */
export async function showBundle(command: Command, context: Context): Promise<number> {
  const { root, json } = command.opts<{ root: string; json?: boolean }>();
  const bundleFile = resolve(context.workingDirectory, command.args[0] ?? '');
  const rootKeysFile = resolve(context.workingDirectory, root);
  const files = readTrustFiles({ rootKeysFile, bundleFile });
  if (!files.ok) return refuseMistakes(context, files.mistakes);
  const { rootKeys, bundleJws = '' } = files.files;
  const verify = (await context.compose()).openVerifier();
  const read = await readTrustBundle(bundleJws, { rootKeys, verify });
  if (!read.ok) {
    const sentence = `${bundleFile}: expected a trust bundle signed by a key of ${rootKeysFile}; ${read.cause}.`;
    return refuse(context, 'wrongConfiguration', sentence);
  }
  const signedBy = verify.takeApart(bundleJws)?.keyId;
  if (json === true) writeJson(context, { signedBy, ...read.bundle });
  else context.standardOutput.write(`${describe(read.bundle, rootKeysFile)}\n`);
  return EXIT_CODES.ok.code;
}

function describe({ version, issuedAtUtcMs, keys, revoked }: TrustBundle, rootKeysFile: string): string {
  const head = `Version ${version}, issued at ${iso(issuedAtUtcMs)}, signed by a key of ${rootKeysFile}.`;
  const isRevoked = ({ keyId }: TrustedKey): boolean => revoked.some((one) => one.keyId === keyId);
  const rows = keys.map((key) => [
    key.keyId,
    key.role,
    key.distributors?.join(', ') ?? key.party ?? '',
    key.notBeforeUtcMs === undefined ? '' : `from ${iso(key.notBeforeUtcMs)}`,
    key.notAfterUtcMs === undefined ? '' : `until ${iso(key.notAfterUtcMs)}`,
    isRevoked(key) ? 'REVOKED' : '',
  ]);
  const ended = revoked.map(({ keyId, revokedAtUtcMs, reason }) => [keyId, iso(revokedAtUtcMs), reason]);
  return [
    head,
    ...(rows.length === 0 ? ['Nobody may give commands.'] : ['May give commands:', ...alignColumns(rows)]),
    ...(ended.length === 0 ? [] : ['Revoked:', ...alignColumns(ended)]),
  ].join('\n');
}
