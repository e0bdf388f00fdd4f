import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { ConsentReport } from '../contract/consentView.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { fetchConsent } from './localClient.ts';
import { choose } from './ownerCommands.ts';
import { type Registrar, withJson } from './registrar.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { addSettingOptions, layersOf } from './settingOptions.ts';
import { alignColumns } from './table.ts';
import { parseInstant } from './values.ts';

/** Shows what the household has agreed to. */
async function showConsent(command: Command, context: Context): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await fetchConsent(directory.value);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, answer.value);
  else context.standardOutput.write(`${renderConsent(answer.value).join('\n')}\n`);
  return EXIT_CODES.ok.code;
}

/** The table, and below it each person of whom something is on record. */
export function renderConsent({ purposes }: ConsentReport): readonly string[] {
  const rows = purposes.map(({ purpose, state, textVersion, at, text, title, leaves }) => [
    purpose,
    wordOf(state),
    textVersion === undefined ? '' : `text ${textVersion}`,
    at ?? '',
    text === undefined ? 'no text' : wordsOfText(text),
    `${title}. What leaves: ${leaves}`,
  ]);
  const said = purposes.flatMap(({ purpose, persons }) =>
    persons
      .filter(({ state }) => state !== 'never')
      .map(({ person, state, at, how, evidence, expiresAt, isAcknowledged }) => [
        `  ${purpose}`,
        person,
        wordOf(state),
        at ?? '',
        how ?? '',
        [
          ...(evidence === undefined ? [] : [`evidence ${evidence}`]),
          ...(expiresAt === undefined ? [] : [`until ${expiresAt}`]),
          ...(isAcknowledged === false ? ['not acknowledged by the back office yet'] : []),
        ].join(', '),
      ]),
  );
  const heads = [['purpose', 'state', 'agreed to', 'since', 'applies', 'what it is'], ...rows];
  return [
    ...alignColumns(heads),
    ...(said.length === 0 ? [] : ['', 'Who said what:', ...alignColumns(said)]),
  ];
}

function wordOf(state: string): string {
  if (state === 'never') return 'not agreed';
  if (state === 'unconfirmed') return 'to be given anew';
  return state === 'superseded' ? 'a newer text applies' : state;
}

function wordsOfText({
  version,
  appliesFrom,
}: {
  readonly version: string;
  readonly appliesFrom?: string | undefined;
}) {
  return appliesFrom === undefined ? `text ${version}` : `text ${version} from ${appliesFrom}`;
}

/** Records that the household agrees, or does not, or does no more. */
function changeConsent(action: 'given' | 'refused' | 'withdrawn') {
  return (command: Command, context: Context): Promise<number> => {
    const {
      text = '',
      person = 'main',
      paper,
      until,
    } = command.opts<{ text?: string; person?: string; paper?: string; until?: number }>();
    return choose(command, context, '/consent', {
      purpose: command.args[0] ?? '',
      action,
      text,
      person,
      how: paper === undefined ? 'commandLine' : 'paper',
      evidence: paper ?? '',
      until: until === undefined ? '' : new Date(until).toISOString(),
    });
  };
}

/** `loadgate consent show | give | refuse | withdraw` */
export function addConsentCommands(registrar: Registrar): void {
  const consent = registrar.group('consent', 'Show, give, refuse or withdraw what the household agrees to.');
  const shows = consent.add(
    'show',
    'Show what the household has agreed to, and what leaves the house because of it.',
    showConsent,
    ['loadgate consent show', 'loadgate consent show --json'],
  );
  addSettingOptions(withJson(shows, 'the states'), ['runtimeDirectory']);
  const change = (name: string, what: string, action: 'given' | 'refused' | 'withdrawn'): Command => {
    const command = consent
      .add(`${name} <purpose>`, what, changeConsent(action), [
        `loadgate consent ${name} chargingData`,
        `loadgate consent ${name} chargingData --person driver-2`,
      ])
      .option('--text <version>', 'version of the text that was shown; without it the one that applies now')
      .option('--person <who>', 'who says it: main, driver-2, driver-3 and so on, never a name')
      .option('--paper <reference>', 'said on paper: where the form lies, never the form itself');
    addSettingOptions(withJson(command, 'what was done'), ['runtimeDirectory']);
    return command;
  };
  change('give', 'Record that a person agrees.', 'given').option(
    '--until <instant>',
    'agreed only until then',
    parseInstant,
  );
  change('refuse', 'Record that a person does not agree.', 'refused');
  change('withdraw', 'Record that a person agrees no more; takes effect here at once.', 'withdrawn');
}
