import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { ReplayResult } from '../gateway/replay.ts';
import type { JournalSegment } from '../ports/store.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { refuse, refuseMistakes, writeJson } from './report.ts';
import { layersOf } from './settingOptions.ts';

/** Decides again what was decided, from the recorded inputs, and names the first decision that differs. */
export async function replay(command: Command, context: Context): Promise<number> {
  const { json, since, until } = command.opts<{ json?: boolean; since?: number; until?: number }>();
  const directory = readDirectorySetting('stateDirectory', layersOf(command, context));
  if (!directory.ok) return refuseMistakes(context, directory.mistakes);
  const { openRecord, replayJournal } = await context.compose();
  const opened = openRecord(directory.value);
  if (!opened.ok) return refuse(context, 'storeUnavailable', opened.detail);
  try {
    const interval = {
      ...(since !== undefined && { fromUtcMs: since }),
      ...(until !== undefined && { untilUtcMs: until }),
    };
    const readable = readUntilDamage(opened.record.segments(interval));
    const result = replayJournal(readable.segments);
    const damage = readable.damage();
    if (json === true) writeJson(context, { ...result, ...(damage !== undefined && { damage }) });
    else context.standardOutput.write(`${describe(result)}\n`);
    if (damage !== undefined) return refuse(context, 'storeUnavailable', damage);
    return EXIT_CODES[result.firstDifference === undefined ? 'ok' : 'replayDifference'].code;
  } finally {
    opened.record.close();
  }
}

/** The segments up to the first that cannot be read, and why that one cannot. */
function readUntilDamage(segments: Iterable<JournalSegment>) {
  let damage: string | undefined;
  function* read(): Generator<JournalSegment, void> {
    const iterator = segments[Symbol.iterator]();
    for (;;) {
      let next: IteratorResult<JournalSegment>;
      try {
        next = iterator.next();
      } catch (error) {
        damage = error instanceof Error ? error.message : String(error);
        return;
      }
      if (next.done === true) return;
      yield next.value;
    }
  }
  return { segments: read(), damage: () => damage };
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
