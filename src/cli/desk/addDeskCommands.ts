import { type Command, Option } from 'commander';
import { completenessStates, ROLES } from '../../contract/desk.ts';
import { type Registrar, withJson } from '../registrar.ts';
import { addDeskConsentCommands } from './addDeskConsentCommands.ts';
import { completeness } from './completenessCommands.ts';
import {
  authorise,
  board,
  cancel,
  discard,
  draft,
  forecast,
  listNotices,
  reports,
  send,
  showNotice,
} from './noticeCommands.ts';
import { areas, audit, importGateways, listGateways, publishTrust } from './registryCommands.ts';
import { addUser, logIn, logOut, runDesk } from './sessionCommands.ts';

/** `loadgate desk ...`: the desk itself, and what people do at it from a command line. */
export function addDeskCommands(registrar: Registrar): void {
  const desk = registrar.group('desk', 'Run the desk of a distributor, or work at a running one.');

  withConfig(
    desk.add('run', 'Run the desk until it is told to stop (SIGTERM, SIGINT).', runDesk, [
      'loadgate desk run --config config/desk.jsonc',
    ]),
  );
  const users = desk.group('user', 'People at the desk.');
  const added = users
    .add('add <name>', 'Add a person, or give one that is there new roles and a new password.', addUser, [
      'loadgate desk user add anna --roles engineer --config config/desk.jsonc < password.txt',
    ])
    .requiredOption('--roles <roles>', `one or more of ${ROLES.join(', ')}, with commas between them`);
  withConfig(withPassword(withJson(added, 'what was done')));

  const logsIn = desk
    .add('login', 'Log in at a running desk.', logIn, [
      'loadgate desk login --user anna < password.txt',
      'loadgate desk login --url https://desk.example:8790 --user anna --password-file anna.txt',
    ])
    .addOption(new Option('--url <address>', 'address of the desk').default('http://127.0.0.1:8790'))
    .requiredOption('--user <name>', 'who logs in');
  withLoginFile(withPassword(logsIn));
  withLoginFile(desk.add('logout', 'Log out and forget the token.', logOut, ['loadgate desk logout']));

  const ask = (command: Command, what: string): Command => withLoginFile(withJson(command, what));
  ask(
    desk.add('areas', 'Show each feeder and substation: homes, consent, load.', areas, [
      'loadgate desk areas',
    ]),
    'the areas',
  );
  const gateways = desk.group('gateways', 'Gateways that are registered at the desk.');
  ask(
    gateways
      .add('list', 'List gateways with consent, key and load.', listGateways, [
        'loadgate desk gateways list --area feeder-12',
      ])
      .option('--area <area>', 'only those of this feeder or substation'),
    'the gateways',
  );
  ask(
    gateways.add('import <file>', 'Register gateways; the same gateway again changes it.', importGateways, [
      'loadgate desk gateways import gateways.jsonc',
    ]),
    'what was done',
  );
  ask(
    desk.add('forecast <file>', 'Tell the relief to expect of the area and measure of a draft.', forecast, [
      'loadgate desk forecast draft.jsonc',
    ]),
    'the forecast',
  );
  ask(
    desk.add('draft <file>', 'Draft a notice; nothing is sent.', draft, [
      'loadgate desk draft draft.jsonc --json',
    ]),
    'the notice',
  );
  ask(
    desk.add('notices', 'List the notices, newest first.', listNotices, ['loadgate desk notices']),
    'the notices',
  );
  ask(
    desk.add('show <notice>', 'Show one notice with all that was said and done.', showNotice, [
      'loadgate desk show 2026-01-05-feeder-12-5f0c2a91',
    ]),
    'the notice',
  );
  ask(
    desk
      .add('authorise <notice>', 'As the second person, read a draft, then authorise it.', authorise, [
        'loadgate desk authorise 2026-01-05-feeder-12-5f0c2a91',
        'loadgate desk authorise 2026-01-05-feeder-12-5f0c2a91 --read 2026-01-05T17:00:00.000Z',
      ])
      .option('--read <instant>', 'authorise it: the instant of the forecast that was read'),
    'the notice',
  );
  ask(
    desk.add('send <notice>', 'Sign an authorised notice and publish it.', send, [
      'loadgate desk send 2026-01-05-feeder-12-5f0c2a91',
    ]),
    'the notice',
  );
  ask(
    desk
      .add('discard <notice>', 'Give up a notice that was not sent.', discard, [
        'loadgate desk discard 2026-01-05-feeder-12-5f0c2a91 --reason "The load has fallen"',
      ])
      .requiredOption('--reason <text>', 'why'),
    'the notice',
  );
  ask(
    desk
      .add('board <notice>', 'Show how many gateways took a notice, and the relief.', board, [
        'loadgate desk board 2026-01-05-feeder-12-5f0c2a91 --watch',
      ])
      .option('--watch', 'again each second until it is over'),
    'the board',
  );
  ask(
    desk
      .add('cancel <notice>', 'Ask for the early end of a notice; a second person authorises it.', cancel, [
        'loadgate desk cancel 2026-01-05-feeder-12-5f0c2a91 --reason "The transformer has cooled"',
        'loadgate desk cancel 2026-01-05-feeder-12-5f0c2a91 --authorise',
      ])
      .option('--reason <text>', 'why it is to end early, or not to')
      .option('--authorise', 'as the second person, let the early end go')
      .option('--refuse', 'take the question back; with --reason'),
    'the notice',
  );
  ask(
    desk
      .add('reports <notice>', 'Write the reports to Ofgem, to the suppliers and to customers.', reports, [
        'loadgate desk reports 2026-01-05-feeder-12-5f0c2a91 --output reports --gateway home-1',
      ])
      .requiredOption('--output <folder>', 'where the files go')
      .addOption(
        new Option('--gateway <id>', 'a home whose customer gets a report; may be given again').argParser(
          (value: string, before: readonly string[] = []) => [...before, value],
        ),
      ),
    'the list of files',
  );
  ask(
    desk
      .add(
        'completeness [gateway]',
        'Show how whole the records of the gateways are, those that are not whole first; or of one, stream by stream.',
        completeness,
        [
          'loadgate desk completeness --state missing',
          'loadgate desk completeness home-17',
          'loadgate desk completeness home-17 --ask',
        ],
      )
      .addOption(new Option('--state <state>', 'only those that stand so').choices(completenessStates))
      .option('--ask', 'ask this gateway anew for what is missing, also for what was given up'),
    'the figures',
  );
  addDeskConsentCommands(desk, ask);
  const trust = desk.group('trust', 'The keys that gateways obey.');
  ask(
    trust.add(
      'publish <file>',
      'Hand a signed trust bundle to the broker, which keeps it for every gateway.',
      publishTrust,
      ['loadgate desk trust publish bundle.jws'],
    ),
    'what was published',
  );
  ask(
    desk.add('audit', 'Show who did what, newest first, and whether the chain is whole.', audit, [
      'loadgate desk audit',
    ]),
    'the entries',
  );
}

function withConfig(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'settings file of the desk; LOADGATE_DESK_CONFIG names one as well',
  );
}

function withPassword(command: Command): Command {
  return command.addOption(
    new Option('--password-file <file>', 'file with the password; - for the standard input').default('-'),
  );
}

function withLoginFile(command: Command): Command {
  return command.option(
    '--login-file <file>',
    'where the log-in is kept; LOADGATE_DESK_LOGIN names one as well',
  );
}
