import { type Command, Option } from 'commander';
import type { ConsentWish } from '../../contract/desk.ts';
import { CONSENT_STATES } from '../../contract/status.ts';
import type { Registrar } from '../registrar.ts';
import { parseInstant } from '../values.ts';
import {
  enterConsent,
  listConsents,
  publishTexts,
  showCampaign,
  showHomeConsent,
  showLedger,
} from './consentCommands.ts';

/** `loadgate desk consent ...` @param ask adds what every command of somebody who is logged in takes */
export function addDeskConsentCommands(
  desk: Registrar,
  ask: (command: Command, what: string) => Command,
): void {
  const consent = desk.group('consent', 'What homes have agreed to, and what people told the desk for them.');
  ask(
    consent.add(
      'show <gateway>',
      'Show what a home has agreed to, and what waits for an answer.',
      showHomeConsent,
      ['loadgate desk consent show home-17'],
    ),
    'the states',
  );
  ask(
    consent
      .add('ledger <gateway>', 'Show all that was said, with the signed entries that prove it.', showLedger, [
        'loadgate desk consent ledger home-17 --person driver-2 --json',
      ])
      .option('--person <who>', 'only what this person said')
      .option('--purpose <purpose>', 'only what was said about it'),
    'the entries',
  );
  const enter = (name: string, what: string, action: ConsentWish['action']): Command =>
    ask(
      consent
        .add(`${name} <gateway> <purpose>`, what, enterConsent(action), [
          `loadgate desk consent ${name} home-17 chargingData --evidence form-0017`,
        ])
        .option('--person <who>', 'who said it: main, driver-2, driver-3 and so on, never a name')
        .option(
          '--text <version>',
          'version of the text; without it the one that was announced or spoken about last',
        )
        .option(
          '--evidence <reference>',
          'where the proof lies, such as the number of a form; to give, it is needed',
        ),
      'what was entered',
    );
  enter('give', 'Enter that a person agrees; the gateway answers with its signed entry.', 'given').option(
    '--until <instant>',
    'agreed only until then',
    parseInstant,
  );
  enter('refuse', 'Enter that a person does not agree.', 'refused');
  enter(
    'withdraw',
    'Enter that a person agrees no more; it holds at the gateway as soon as it arrives.',
    'withdrawn',
  );
  ask(
    consent
      .add('list <purpose>', 'List persons by where they stand.', listConsents, [
        'loadgate desk consent list demandControl --state withdrawn',
      ])
      .addOption(new Option('--state <state>', 'only those who stand so').choices(CONSENT_STATES)),
    'the persons',
  );
  ask(
    consent
      .add(
        'texts <purpose=version...>',
        'Announce new texts to one gateway, an area or all; nothing rests on the older ones any more.',
        publishTexts,
        [
          'loadgate desk consent texts chargingData=charging-data-2 --all --applies-from 2026-04-01T00:00:00Z',
          'loadgate desk consent texts research=research-2 --feeder feeder-12',
        ],
      )
      .addOption(
        new Option('--applies-from <instant>', 'until then the older text still holds').argParser(
          parseInstant,
        ),
      )
      .option('--all', 'to every gateway')
      .option('--feeder <area>', 'to the gateways of this feeder')
      .option('--substation <area>', 'to those behind this substation')
      .option('--gateway <id>', 'to this one'),
    'what was announced',
  );
  ask(
    consent.add(
      'campaign <purpose> <version>',
      'List who agreed to another text than this, and has to be asked again.',
      showCampaign,
      ['loadgate desk consent campaign chargingData charging-data-2'],
    ),
    'the persons',
  );
}
