import { type Registrar, withJson } from '../registrar.ts';
import { addSettingOptions } from '../settingOptions.ts';
import { backUp } from './backupCommand.ts';
import { restore } from './restoreCommand.ts';

/** `loadgate backup`, `loadgate restore` */
export function addBackupCommands(registrar: Registrar): void {
  const backups = registrar
    .add(
      'backup',
      'Write one file with which another box can go on as this gateway: record, key, settings. The gateway may run.',
      backUp,
      [
        'loadgate backup /media/stick/home-17.backup --config /etc/loadgate/loadgate.jsonc --passphrase-file -',
        'loadgate backup home-17.backup --state-directory /var/lib/loadgate',
      ],
    )
    .argument('<file>', 'where to write it; it holds the private key of the gateway')
    .option('--passphrase-file <file>', 'seal it with the passphrase in this file; - for the standard input');
  addSettingOptions(withJson(backups, 'its manifest'), ['stateDirectory', 'identity.keyFile']);

  const restores = registrar
    .add(
      'restore',
      'Put a backup into a state directory without a record, while no gateway runs. Checks all of it before.',
      restore,
      [
        'loadgate restore home-17.backup --state-directory /var/lib/loadgate --settings-to /etc/loadgate.restored',
        'loadgate restore home-17.backup --config /etc/loadgate/loadgate.jsonc --force --passphrase-file -',
      ],
    )
    .argument('<file>', 'a file that `loadgate backup` has written')
    .option('--passphrase-file <file>', 'the passphrase that it was sealed with; - for the standard input')
    .option('--settings-to <folder>', 'also write the copies of the settings into this new folder')
    .option('--force', 'set a record and a key that are there already aside, under another name');
  addSettingOptions(withJson(restores, 'its manifest, and what was set aside'), [
    'stateDirectory',
    'identity.keyFile',
  ]);
}
