import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readJsoncFile } from '../config/readJsoncFile.ts';
import { readDirectorySetting } from '../config/settings.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { askChoice } from './localClient.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

const SHORTEST_PIN = 6;

/** Lets a charge point charge outside of the charging hours for a while. */
export function boost(command: Command, context: Context): Promise<number> {
  const { for: durationMs, end } = command.opts<{ for: number; end?: boolean }>();
  const minutes = end === true ? 0 : Math.max(1, Math.round(durationMs / 60_000));
  return choose(command, context, '/boost', { load: command.args[0] ?? '', minutes: String(minutes) });
}

/** Asks for energy by a time, and says whether that can be. */
export function readyBy(command: Command, context: Context): Promise<number> {
  const { at = 0, energy = 0, end } = command.opts<{ at?: number; energy?: number; end?: boolean }>();
  if (end !== true && (at === 0 || energy === 0)) {
    return Promise.resolve(refuse(context, 'wrongUsage', 'expected --at and --energy, or --end'));
  }
  return choose(command, context, '/ready-by', {
    load: command.args[0] ?? '',
    departure: String(at),
    energyWh: String(end === true ? 0 : energy),
  });
}

/** Sets the charging hours: those of the plan, none, or those of a file. */
export function hours(command: Command, context: Context): Promise<number> {
  const which = command.args[0] ?? '';
  if (which === 'planned' || which === 'none') return choose(command, context, '/hours', { hours: which });
  const read = readJsoncFile(which);
  if (!read.ok) return Promise.resolve(refuseMistakes(context, [read.mistake]));
  return choose(command, context, '/hours', { hours: JSON.stringify(read.value) });
}

/** Lets load-control switches join the network of a radio. */
export function join(command: Command, context: Context): Promise<number> {
  const { for: durationMs } = command.opts<{ for: number }>();
  const seconds = Math.max(1, Math.round(durationMs / 1000));
  return choose(command, context, '/permit-join', {
    radio: command.args[0] ?? '',
    seconds: String(seconds),
  });
}

/** Opens a lock-out of the limitation scheme. */
export function resetLockOut(command: Command, context: Context): Promise<number> {
  const { pinFile } = command.opts<{ pinFile?: string }>();
  if (pinFile === undefined) return choose(command, context, '/reset-lockout', { by: 'householder' });
  const pin = readPin(pinFile);
  if (pin === undefined) return Promise.resolve(refuseNoPin(context, pinFile));
  return choose(command, context, '/reset-lockout', { by: 'engineer', pin });
}

/** Prints the hash of an engineer's PIN for the site plan. */
export async function engineerPin(command: Command, context: Context): Promise<number> {
  const { pinFile = '-' } = command.opts<{ pinFile?: string }>();
  const pin = readPin(pinFile);
  if (pin === undefined) return refuseNoPin(context, pinFile);
  if (pin.length < SHORTEST_PIN) {
    const sentence = `expected a PIN of at least ${SHORTEST_PIN} characters, found one of ${pin.length}`;
    return refuse(context, 'wrongUsage', sentence);
  }
  const { hashPin } = await context.compose();
  context.standardOutput.write(`"engineerPinHash": "${hashPin(pin)}"\n`);
  return EXIT_CODES.ok.code;
}

/** A PIN never stands on a command line, where every user of the machine could read it. */
function readPin(file: string): string | undefined {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

function refuseNoPin(context: Context, file: string): number {
  const place = file === '-' ? 'the standard input' : file;
  return refuse(context, 'wrongUsage', `expected a PIN in ${place}, found none that can be read`);
}

/** Asks the gateway for something that a person has chosen, and says what came of it. */
export async function choose(
  command: Command,
  context: Context,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<number> {
  const directory = readDirectorySetting('runtimeDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const answer = await askChoice(directory.value, path, query);
  if (!answer.ok) return refuse(context, answer.exit, answer.detail);
  const { isDone, sentence } = answer.value;
  if (command.opts<{ json?: boolean }>().json === true) writeJson(context, answer.value);
  else if (isDone) context.standardOutput.write(`${sentence}.\n`);
  if (isDone) return EXIT_CODES.ok.code;
  return refuse(context, 'notDone', sentence);
}
