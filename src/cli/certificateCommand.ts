import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { CertificateView } from '../contract/certificate.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { fetchCertificate } from './localClient.ts';
import { choose } from './ownerCommands.ts';
import { type Registrar, withJson } from './registrar.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { addSettingOptions, layersOf } from './settingOptions.ts';
import { alignColumns } from './table.ts';

/** Shows by which certificate the gateway is known at the broker and where its renewal stands, or asks for a new one. */
async function certificate(command: Command, context: Context): Promise<number> {
  const { renew, json } = command.opts<{ renew?: boolean; json?: boolean }>();
  if (renew === true) return await choose(command, context, '/certificate/renew', {});
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchCertificate(directory.value);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  if (json === true) writeJson(context, answer.value);
  else context.standardOutput.write(`${renderCertificate(answer.value).join('\n')}\n`);
  return EXIT_CODES.ok.code;
}

function renderCertificate(view: CertificateView): readonly string[] {
  const { certificate: shown, sentence, renewal } = view;
  const rows =
    shown === undefined
      ? []
      : [
          ['Name', shown.subject],
          ['Issued by', shown.issuer],
          ['Serial', shown.serial],
          ['Valid', `${shown.validFrom} to ${shown.validUntil}`],
          ['File', shown.file],
          ['Renewal from', shown.renewalFrom ?? 'never by itself'],
        ];
  return [...alignColumns(rows), ...(rows.length === 0 ? [] : ['']), `${sentence}.`, `${renewal}.`];
}

/** `loadgate certificate` */
export function addCertificateCommand(registrar: Registrar): void {
  const command = registrar
    .add(
      'certificate',
      'Show the certificate by which the broker knows this gateway, and where its renewal stands.',
      certificate,
      ['loadgate certificate', 'loadgate certificate --renew', 'loadgate certificate --json'],
    )
    .option('--renew', 'ask the back office for a new one now, with a new key');
  addSettingOptions(withJson(command, 'the certificate, or what was done,'), ['runtimeDirectory']);
}
