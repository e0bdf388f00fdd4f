import type { Command } from 'commander';
import { readDirectorySetting } from '../config/settings.ts';
import type { JournalSegment } from '../ports/store.ts';
import type { Composition, Context } from './context.ts';
import { refuse, refuseMistakes } from './report.ts';
import { layersOf } from './settingOptions.ts';

type Read<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** Why the journal could be used only up to there. */
      readonly damage: string | undefined;
    }
  | { readonly ok: false; readonly exitCode: number };

/** Opens the record of the state directory, uses the segments of --since and --until, and closes it again. */
export async function readJournal<T>(
  command: Command,
  context: Context,
  use: (segments: Iterable<JournalSegment>, composition: Composition) => T,
): Promise<Read<T>> {
  const { since, until } = command.opts<{ since?: number; until?: number }>();
  const directory = readDirectorySetting('stateDirectory', layersOf(command, context));
  if (!directory.ok) return { ok: false, exitCode: refuseMistakes(context, directory.mistakes) };
  const composition = await context.compose();
  const opened = composition.openRecord(directory.value);
  if (!opened.ok) return { ok: false, exitCode: refuse(context, 'storeUnavailable', opened.detail) };
  try {
    const interval = {
      ...(since !== undefined && { fromUtcMs: since }),
      ...(until !== undefined && { untilUtcMs: until }),
    };
    const readable = readUntilDamage(opened.record.segments(interval));
    const value = use(readable.segments, composition);
    return { ok: true, value, damage: readable.damage() };
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
