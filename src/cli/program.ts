import { Command, CommanderError, Option } from 'commander';
import { SETTABLE } from '../gateway/whatIf/planChange.ts';
import { acknowledge } from './acknowledgeCommand.ts';
import { addBackupCommands } from './backup/backupCommands.ts';
import { bus } from './busCommand.ts';
import { addCertificateCommand } from './certificateCommand.ts';
import { check } from './checkCommand.ts';
import { addConsentCommands } from './consentCommand.ts';
import type { Context } from './context.ts';
import { addDataCommands } from './data/dataCommands.ts';
import { demo } from './demo/demoCommand.ts';
import { addDeskCommands } from './desk/addDeskCommands.ts';
import { devices } from './devicesCommand.ts';
import { addEnergyCommand } from './energy/energyCommand.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { addJournalCommands } from './journal/journalCommands.ts';
import { addKeysCommands } from './keys/keysCommands.ts';
import { limits } from './limitsCommand.ts';
import { addNetworkCommand } from './networkCommand.ts';
import { addOutboxCommands } from './outboxCommand.ts';
import { boost, engineerPin, hours, join, readyBy, resetLockOut } from './ownerCommands.ts';
import { read } from './readCommand.ts';
import { type Bind, Registrar, withJson } from './registrar.ts';
import { replay } from './replayCommand.ts';
import { refuse } from './report.ts';
import { run } from './runCommand.ts';
import { scan } from './scanCommand.ts';
import { addScanOptions } from './scanOptions.ts';
import { addSettingOptions } from './settingOptions.ts';
import { signPlanFile } from './signPlanCommand.ts';
import { status, why } from './statusCommand.ts';
import {
  collectChange,
  parseBrokerUrl,
  parseDuration,
  parseEnergy,
  parseInstant,
  parseSpeed,
  parseStretch,
} from './values.ts';
import { whatIf } from './whatIfCommand.ts';

/** Runs one command line to its end and returns its exit code. Nothing here ends the process. */
export async function runCli(args: readonly string[], context: Context): Promise<number> {
  let exitCode: number = EXIT_CODES.ok.code;
  const program = createProgram(context, (action) => async (...given: unknown[]) => {
    // The arguments of the command come first, then its options, and last the command itself.
    exitCode = await action(given.at(-1) as Command, context);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return refuse(context, 'defect', `a defect of Loadgate, please report it: ${detail}`);
    }
    // Help and version end in an error of commander's too, with the code 0.
    return error.exitCode === 0 ? EXIT_CODES.ok.code : EXIT_CODES.wrongUsage.code;
  }
}

/** The commands with their options and help; docs/cli.md is checked against it. */
export function createProgram(context: Context, bind: Bind): Command {
  const program = new Command('loadgate')
    .description('Keeps a home with a charge point inside its electrical limits, with or without a network.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(add --help for all options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.standardOutput.write(text),
      writeErr: (text) => context.errorOutput.write(text),
      getOutHelpWidth: () => context.standardOutput.columns,
      getErrHelpWidth: () => context.errorOutput.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  program.addHelpText('after', `\nExit codes:\n${exitCodeLines().join('\n')}\n`);

  const registrar = new Registrar(program, bind);
  const add = registrar.add.bind(registrar);
  const json = withJson;

  const runs = add('run', 'Run the gateway until it is told to stop (SIGTERM, SIGINT).', run, [
    'loadgate run --config /etc/loadgate/loadgate.jsonc',
    'LOADGATE_LOG_LEVEL=debug loadgate run --config config/loadgate.jsonc --state-directory /tmp/state',
  ]);
  addSettingOptions(runs);

  const checks = add(
    'check',
    'Name every mistake of settings, site plan, profiles and directories. Touches no device and no database.',
    check,
    [
      'loadgate check --config config/loadgate.jsonc',
      'loadgate check --config config/loadgate.jsonc --site-plan config/site.three-phase.jsonc --json',
    ],
  );
  addSettingOptions(json(checks, 'the result'));

  const statuses = add(
    'status',
    'Show where the home stands: flows, loads, faults, broker, record.',
    status,
    ['loadgate status', 'loadgate status --runtime-directory /run/loadgate --json'],
  );
  addSettingOptions(json(statuses, 'the whole status'), ['runtimeDirectory']);

  const whys = add('why', 'Say in one sentence what binds the home now, and one for each load.', why, [
    'loadgate why',
    'loadgate why --config /etc/loadgate/loadgate.jsonc --json',
  ]);
  addSettingOptions(json(whys, 'the sentences with their reasons'), ['runtimeDirectory']);

  const limitLists = add(
    'limits',
    'List every limit by rank: in force, about to begin, about to be released; the scheme, the hours.',
    limits,
    ['loadgate limits', 'loadgate limits --runtime-directory /run/loadgate --json'],
  );
  addSettingOptions(json(limitLists, 'the limits'), ['runtimeDirectory']);

  const boosts = add('boost', 'Let a charge point charge outside of the charging hours for a while.', boost, [
    'loadgate boost charge-point',
    'loadgate boost charge-point --for 3h',
    'loadgate boost charge-point --end',
  ])
    .argument('<load>', 'its loadId in the site plan')
    .addOption(new Option('--for <duration>', 'how long').argParser(parseDuration).default(3_600_000, '1h'))
    .option('--end', 'end the boost that runs');
  addSettingOptions(json(boosts, 'what was done'), ['runtimeDirectory']);

  const wishes = add('ready-by', 'Ask for energy by a time, and hear whether it can be.', readyBy, [
    'loadgate ready-by charge-point --energy 20kWh --at 2026-01-06T07:00+00:00',
    'loadgate ready-by charge-point --end',
  ])
    .argument('<load>', 'its loadId in the site plan')
    .addOption(new Option('--energy <kWh>', 'how much').argParser(parseEnergy))
    .addOption(new Option('--at <instant>', 'when the car leaves').argParser(parseInstant))
    .option('--end', 'take the wish back');
  addSettingOptions(json(wishes, 'what was done'), ['runtimeDirectory']);

  const hourChoices = add('hours', 'Choose when charge points are held back.', hours, [
    'loadgate hours none',
    'loadgate hours planned',
    'loadgate hours my-hours.jsonc',
  ]).argument('<which>', '"planned" as in the site plan, "none", or a file with hours');
  addSettingOptions(json(hourChoices, 'what was done'), ['runtimeDirectory']);

  addConsentCommands(registrar);
  addOutboxCommands(registrar);
  addEnergyCommand(registrar);
  addDataCommands(registrar);
  addBackupCommands(registrar);

  const resets = add('reset-lockout', 'Open a lock-out of the limitation scheme (State 3).', resetLockOut, [
    'loadgate reset-lockout',
    'loadgate reset-lockout --pin-file - < pin.txt',
  ]).option('--pin-file <file>', 'as an engineer, with the PIN of this file; - for the standard input');
  addSettingOptions(json(resets, 'what was done'), ['runtimeDirectory']);

  const joins = add('join', 'Let load-control switches join the network of a radio for a while.', join, [
    'loadgate join han',
    'loadgate join han --for 120s',
  ])
    .argument('<radio>', 'its radioId in the site plan')
    .addOption(
      new Option('--for <duration>', 'how long, up to 254s').argParser(parseDuration).default(60_000, '60s'),
    );
  addSettingOptions(json(joins, 'what was done'), ['runtimeDirectory']);

  add('engineer-pin', "Print the hash of an engineer's PIN for the site plan.", engineerPin, [
    'loadgate engineer-pin < pin.txt',
    'loadgate engineer-pin --pin-file pin.txt',
  ]).option('--pin-file <file>', 'file with the PIN; - for the standard input', '-');

  add('sign-plan', 'Sign a site plan, so that gateways that know the key may start with it.', signPlanFile, [
    'loadgate sign-plan /etc/loadgate/site.jsonc --key installer.key',
  ])
    .argument('<file>', 'the site plan; the signature is written beside it, with .sig after its name')
    .requiredOption('--key <file>', 'private key (PEM, Ed25519)');

  addKeysCommands(registrar);

  const acknowledges = add(
    'acknowledge',
    'After a record was lost, or restored from a backup, end the safe posture that guards against limits forgotten with it.',
    acknowledge,
    ['loadgate acknowledge', 'loadgate acknowledge --runtime-directory /run/loadgate --json'],
  );
  addSettingOptions(json(acknowledges, 'whether there was something to acknowledge'), ['runtimeDirectory']);

  const scans = add(
    'scan',
    'Find devices on serial lines and in a network, and say what they are. Writes nothing to any of them.',
    scan,
    [
      'loadgate scan --line /dev/ttyUSB0',
      'loadgate scan --line /dev/ttyUSB0 --baud 9600,19200 --parity even --addresses 1-32',
      'loadgate scan --network 192.168.1.0/24',
      'loadgate scan --host 192.168.1.40 --json',
    ],
  );
  addScanOptions(scans);
  addSettingOptions(scans, ['profilesDirectory', 'runtimeDirectory']);

  const reads = add('read', 'Show the live values of one device of the site plan.', read, [
    'loadgate read grid-meter',
    'loadgate read charge-point setpointA --json',
    'loadgate read grid-meter --config /etc/loadgate/loadgate.jsonc',
  ])
    .argument('<device>', 'its deviceId in the site plan')
    .argument('[point]', 'one of its points; all when left out');
  addSettingOptions(json(reads, 'the values with their ages'));

  const deviceLists = add(
    'devices',
    'Show each device: contact, its guard against a dead gateway, what was written to it.',
    devices,
    ['loadgate devices', 'loadgate devices --config /etc/loadgate/loadgate.jsonc --json'],
  );
  addSettingOptions(json(deviceLists, 'the devices with their latest readings'));

  const buses = add(
    'bus',
    'Show how each line and unit is doing, and what may be wrong with the wiring.',
    bus,
    ['loadgate bus', 'loadgate bus --runtime-directory /run/loadgate --json'],
  );
  addSettingOptions(json(buses, 'the counters and hints'), ['runtimeDirectory']);

  addNetworkCommand(registrar);
  addCertificateCommand(registrar);

  const replays = add('replay', 'Decide again what was decided, and name the first difference.', replay, [
    'loadgate replay --state-directory /var/lib/loadgate',
    'loadgate replay --since 2026-01-05T17:00 --until 2026-01-05T18:00 --json',
  ]);
  addInterval(json(replays, 'the result'));
  addSettingOptions(replays, ['stateDirectory']);

  const suppositions = add(
    'whatif',
    'Take the recorded decisions again under another site plan, and tell what would have been.',
    whatIf,
    [
      'loadgate whatif --set mil=40',
      'loadgate whatif --set mil=40 --set mel=16 --since 2026-01-05 --until 2026-01-06 --json',
      'loadgate whatif --set circuit.garage.rating=32 --set hours=none',
    ],
  );
  json(suppositions, 'the comparison').addOption(
    new Option('--set <name=value>', `may be given again; ${SETTABLE}`).argParser(collectChange),
  );
  addInterval(suppositions);
  addSettingOptions(suppositions, ['stateDirectory']);

  addJournalCommands(registrar);

  addDeskCommands(registrar);

  const demos = add('demo', 'Run a simulated home, a broker and the gateway, and show them live.', demo, [
    'npm start',
    'npm start -- --for 60s --speed 10 --json',
    'npm start -- --home three-phase --eventful 1',
  ]);
  json(demos, 'one summary at the end')
    .addOption(
      new Option('--home <home>', 'which simulated home')
        .choices(['single-phase', 'three-phase'])
        .default('single-phase'),
    )
    .addOption(
      new Option(
        '--for <duration>',
        'end after this much simulated time (60s, 10m, 2h); --for 60s --speed 10 takes 6 s, and the start-up',
      ).argParser(parseDuration),
    )
    .addOption(
      new Option('--speed <factor>', 'everything that keeps time runs this many times as fast')
        .default(1)
        .argParser(parseSpeed),
    )
    .addOption(
      new Option('--start <instant>', 'begin at this instant of the recording').argParser(parseInstant),
    )
    .addOption(
      new Option(
        '--eventful <rank>',
        'begin at one of the most eventful stretches of the recording, 1 the most',
      )
        .argParser(parseStretch)
        .conflicts('start'),
    )
    .addOption(
      new Option('--broker <url>', 'use this MQTT broker; without it one is started for the time').argParser(
        parseBrokerUrl,
      ),
    )
    .addOption(new Option('--keep', 'keep the folder with site plan, keys, database and logs'));
  return program;
}

function addInterval(command: Command): void {
  command
    .addOption(
      new Option('--since <instant>', 'first instant, UTC unless it says otherwise').argParser(parseInstant),
    )
    .addOption(new Option('--until <instant>', 'last instant').argParser(parseInstant));
}

function exitCodeLines(): readonly string[] {
  return Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
}
