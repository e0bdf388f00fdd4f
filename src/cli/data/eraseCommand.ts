import type { Command } from 'commander';
import { readDirectorySetting } from '../../config/settings.ts';
import type { Choice } from '../../contract/owner.ts';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exitCodes.ts';
import { askChoice, fetchErasure, type LocalAnswer } from '../localClient.ts';
import { refuse, refuseMistakes, writeJson } from '../report.ts';
import { layersOf } from '../settingOptions.ts';

const ASK_EVERY_MS = 500;
/** The gateway goes on by itself; only the waiting for it ends. */
const LONGEST_WAIT_MS = 600_000;

/** Erases what is kept of the use of this home; waits until all of it is overwritten. */
export async function eraseData(command: Command, context: Context): Promise<number> {
  const { yes, json } = command.opts<{ yes?: boolean; json?: boolean }>();
  if (yes !== true) {
    return refuse(
      context,
      'wrongUsage',
      'this erases your energy and charging history for good; export it first (loadgate data export), and then say --yes',
    );
  }
  return await demand(command, context, '/erase', {}, async (runtimeDirectory, { sentence }) => {
    const isOver = await waitUntilErased(runtimeDirectory, context);
    const rest = isOver
      ? 'everything is overwritten'
      : 'it goes on overwriting by itself, also after a restart';
    if (json === true) writeJson(context, { isDone: true, sentence, isOverwritten: isOver });
    else context.standardOutput.write(`${sentence.replaceAll('; ', '.\n')}.\nNow ${rest}.\n`);
  });
}

/** Takes the gateway out of service for good. */
export async function decommission(command: Command, context: Context): Promise<number> {
  const { yes, json } = command.opts<{ yes?: boolean; json?: boolean }>();
  if (yes !== true) {
    return refuse(
      context,
      'wrongUsage',
      'this takes the gateway out of service for good: nothing holds the home inside its limits any more. If you mean it, say --yes',
    );
  }
  return await demand(
    command,
    context,
    '/decommission',
    { site: command.args[0] ?? '' },
    async (_, choice) => {
      if (json === true) writeJson(context, choice);
      else context.standardOutput.write(`${choice.sentence.replaceAll('; ', '.\n')}.\n`);
    },
  );
}

async function demand(
  command: Command,
  context: Context,
  path: string,
  query: Readonly<Record<string, string>>,
  onDone: (runtimeDirectory: string, choice: Choice) => Promise<void>,
): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer: LocalAnswer<Choice> = await askChoice(directory.value, path, query);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  if (!answer.value.isDone) return refuse(context, 'notDone', answer.value.sentence);
  await onDone(directory.value, answer.value);
  return EXIT_CODES.ok.code;
}

async function waitUntilErased(runtimeDirectory: string, context: Context): Promise<boolean> {
  const clock = (await context.compose()).createClock(1);
  const untilMs = clock.runningMs() + LONGEST_WAIT_MS;
  while (clock.runningMs() < untilMs) {
    const answer = await fetchErasure(runtimeDirectory);
    if (!answer.ok) return false;
    if (!answer.value.isErasing) return true;
    await new Promise<void>((resolve) => {
      clock.after(ASK_EVERY_MS, resolve);
    });
  }
  return false;
}
