import { type Command, Option } from 'commander';
import { readDirectorySetting } from '../../config/settings.ts';
import { readAccount } from '../../usage/readAccount.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { type Registrar, withJson } from '../registrar.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';
import { addSettingOptions, layersOf } from '../settingOptions.ts';
import { energyCsv, sessionsCsv } from './csv.ts';
import { energyBodyOf, type RowUnit } from './energyBody.ts';
import { type AskedPeriod, parsePeriod, parseTimeZone } from './period.ts';
import { renderEnergy } from './renderEnergy.ts';

interface EnergyOptions {
  readonly day?: AskedPeriod;
  readonly month?: AskedPeriod;
  readonly year?: AskedPeriod;
  readonly sessions?: boolean;
  readonly halfHours?: boolean;
  readonly timeZone: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Tells the owner what flowed, and when the car was charged. */
async function energy(command: Command, context: Context): Promise<number> {
  const options = command.opts<EnergyOptions>();
  const directory = readDirectorySetting('stateDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const { openRecord } = await context.compose();
  const opened = openRecord(directory.value);
  if (!opened.ok) return refuse(context, 'storeUnavailable', opened.detail);
  try {
    const period = options.day ?? options.month ?? options.year;
    const body = energyBodyOf(readAccount(opened.record), {
      ...(period === undefined ? {} : { period }),
      unit: unitOf(options),
      timeZone: options.timeZone,
    });
    const isOfSessions = options.sessions === true;
    if (options.json === true) writeJson(context, body);
    else if (options.csv === true) {
      context.standardOutput.write(isOfSessions ? sessionsCsv(body.sessions) : energyCsv(body));
    } else context.standardOutput.write(`${renderEnergy(body, isOfSessions)}\n`);
    return EXIT_CODES.ok.code;
  } finally {
    opened.record.close();
  }
}

function unitOf({ halfHours, day, month }: EnergyOptions): RowUnit {
  if (halfHours === true) return 'halfHour';
  return day !== undefined || month !== undefined ? 'day' : 'month';
}

/** `loadgate energy` */
export function addEnergyCommand(registrar: Registrar): void {
  const command = registrar.add(
    'energy',
    'Tell how much energy flowed and when the car was charged: by day, month, year, or all that is kept.',
    energy,
    [
      'loadgate energy',
      'loadgate energy --month 2026-01 --sessions',
      'loadgate energy --day 2026-01-05 --half-hours --csv > monday.csv',
    ],
  );
  const period = (unit: AskedPeriod['unit'], others: string[]): Option =>
    new Option(`--${unit} <${unit}>`, `only this ${unit}, local time`)
      .argParser(parsePeriod(unit))
      .conflicts(others);
  withJson(command, 'the report')
    .addOption(period('day', ['month', 'year']))
    .addOption(period('month', ['day', 'year']))
    .addOption(period('year', ['day', 'month']))
    .option('--half-hours', 'a row for each half-hour instead of each day or month')
    .option('--sessions', 'list the charging sessions that began then')
    .addOption(
      new Option('--time-zone <zone>', 'whose days and months')
        .argParser(parseTimeZone)
        .default('Europe/London'),
    )
    .addOption(
      new Option('--csv', 'print the rows, or with --sessions the sessions, as CSV').conflicts('json'),
    );
  addSettingOptions(command, ['stateDirectory']);
}
