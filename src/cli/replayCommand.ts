import type { Command } from 'commander';
import type { ReplayResult } from '../gateway/replay.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { readJournal } from './readJournal.ts';
import { refuse, writeJson } from './report.ts';

/** Decides again what was decided, from the recorded inputs, and names the first decision that differs. */
export async function replay(command: Command, context: Context): Promise<number> {
  const { json } = command.opts<{ json?: boolean }>();
  const read = await readJournal(command, context, (segments, { replayJournal }) => replayJournal(segments));
  if (!read.ok) return read.exitCode;
  const { value: result, damage } = read;
  if (json === true) writeJson(context, { ...result, ...(damage !== undefined && { damage }) });
  else context.standardOutput.write(`${describe(result)}\n`);
  if (damage !== undefined) return refuse(context, 'storeUnavailable', damage);
  return EXIT_CODES[result.firstDifference === undefined ? 'ok' : 'replayDifference'].code;
}

function describe(result: ReplayResult): string {
  const { decisions, commands, from, until, firstDifference } = result;
  if (decisions === 0) return 'The journal holds no decision in this time.';
  const span = `${decisions} decisions with ${commands} commands, from ${from} until ${until}`;
  if (firstDifference === undefined) return `${span}: all came out the same again.`;
  return [
    `${span}: the first difference is at ${firstDifference.at}, running time ${firstDifference.runningMs} ms.`,
    `  place     ${firstDifference.path}`,
    `  recorded  ${JSON.stringify(firstDifference.recorded)}`,
    `  replayed  ${JSON.stringify(firstDifference.replayed)}`,
  ].join('\n');
}
