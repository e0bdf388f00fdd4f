import { type Command, Option } from 'commander';
import { type Registrar, withJson } from '../registrar.ts';
import { addSettingOptions } from '../settingOptions.ts';
import { parseInstant, parseRecordNumber } from '../values.ts';
import { evidence } from './evidenceCommand.ts';
import { exportJournal } from './exportCommand.ts';
import { showJournal } from './showCommand.ts';
import { verifyJournal } from './verifyCommand.ts';

/** `loadgate journal export | verify | show` and `loadgate evidence` */
export function addJournalCommands(registrar: Registrar): void {
  const journal = registrar.group('journal', 'Hand out the journal, check it, read it.');

  const exports = journal.add(
    'export',
    'Write the journal, or a part of it, to a file that proves itself. The gateway may run.',
    exportJournal,
    [
      'loadgate journal export --output journal.ndjson',
      'loadgate journal export --from 2026-01-05 --until 2026-01-06 --output monday.ndjson --config /etc/loadgate/loadgate.jsonc',
    ],
  );
  addFileOptions(exports);

  const verifies = journal
    .add(
      'verify',
      'Check a journal file: needs nothing but the file and the public key of the gateway. Names the first record that does not fit.',
      verifyJournal,
      [
        'loadgate journal verify journal.ndjson --key gateway.pem',
        'loadgate journal verify journal.ndjson --key gateway.pem --checkpoint checkpoint.jws --json',
      ],
    )
    .argument('<file>', 'the journal file')
    .option(
      '--key <key>',
      'public key of the gateway: a file (PEM) or base64url; without it the file is only checked against itself',
    )
    .option(
      '--checkpoint <jws>',
      'a checkpoint that somebody else has kept, the back office: a file or the JWS',
    );
  withJson(verifies, 'the verdict');

  journal
    .add('show', 'Print one line for each record of a journal file. Checks nothing.', showJournal, [
      'loadgate journal show journal.ndjson',
      'loadgate journal show journal.ndjson --record 812',
    ])
    .argument('<file>', 'the journal file')
    .addOption(
      new Option('--record <number>', 'print this record whole, as JSON').argParser(parseRecordNumber),
    );

  const evidences = registrar
    .add(
      'evidence',
      'Write one file with all that the journal knows of an interval, a restriction notice or a complaint.',
      evidence,
      [
        'loadgate evidence --notice N-2026-0105-01 --output notice.ndjson',
        'loadgate evidence --from 2026-01-05T17:00 --until 2026-01-05T19:00 --output evening.ndjson',
        'loadgate evidence --complaint C-4711 --from 2026-01-05 --until 2026-01-06 --output complaint.ndjson',
      ],
    )
    .addOption(
      new Option(
        '--notice <id>',
        'from 10 minutes before its command until 10 minutes after its last receipt',
      ).conflicts(['complaint', 'from', 'until']),
    )
    .option('--complaint <reference>', 'of whoever complains; without an interval the whole journal');
  addFileOptions(evidences);
}

function addFileOptions(command: Command): void {
  command
    .addOption(
      new Option('--from <instant>', 'first instant, UTC unless it says otherwise').argParser(parseInstant),
    )
    .addOption(new Option('--until <instant>', 'last instant').argParser(parseInstant))
    .requiredOption('--output <file>', 'where to write; a file of this name is replaced');
  addSettingOptions(command, ['stateDirectory', 'identity.keyFile']);
}
