import { Option } from 'commander';
import { parseTimeZone } from '../energy/period.ts';
import { type Registrar, withJson } from '../registrar.ts';
import { addSettingOptions } from '../settingOptions.ts';
import { decommission, eraseData } from './eraseCommand.ts';
import { exportData } from './exportCommand.ts';

/** `loadgate data export | erase`, `loadgate decommission` */
export function addDataCommands(registrar: Registrar): void {
  const data = registrar.group('data', 'Get, or erase, what is kept about the home.');
  const exports = data
    .add(
      'export',
      'Write everything that is held about the home into one folder: a page for people, JSON and CSV for computers.',
      exportData,
      [
        'loadgate data export --output my-data',
        'loadgate data export --config /etc/loadgate/loadgate.jsonc --output my-data',
      ],
    )
    .requiredOption('--output <folder>', 'a folder that does not exist yet')
    .addOption(
      new Option('--time-zone <zone>', 'whose days and months')
        .argParser(parseTimeZone)
        .default('Europe/London'),
    );
  addSettingOptions(exports, ['stateDirectory']);

  const erases = data
    .add(
      'erase',
      'Erase the history of energy and charging, what waits to be sent of it, and what the journal tells of it.',
      eraseData,
      ['loadgate data erase --yes'],
    )
    .option('--yes', 'yes, for good');
  addSettingOptions(withJson(erases, 'what was done'), ['runtimeDirectory']);

  const decommissions = registrar
    .add(
      'decommission',
      'Take the running gateway out of service: loads to their safe state, the record and its key wiped.',
      decommission,
      ['loadgate decommission 14-acacia-avenue --yes'],
    )
    .argument('<site>', 'siteId of the site plan, typed once more so that it is surely this one')
    .option('--yes', 'yes, for good');
  addSettingOptions(withJson(decommissions, 'what was done'), ['runtimeDirectory']);
}
