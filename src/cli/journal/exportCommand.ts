import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { handOut, withJournalSource } from './journalSource.ts';

/** Writes the journal, or a part of it, to a file that proves itself. */
export async function exportJournal(command: Command, context: Context): Promise<number> {
  const { from, until, output } = command.opts<{ from?: number; until?: number; output: string }>();
  const interval = {
    ...(from === undefined ? {} : { fromUtcMs: from }),
    ...(until === undefined ? {} : { untilUtcMs: until }),
  };
  return await withJournalSource(command, context, (source) =>
    handOut(source, { output, interval }, context),
  );
}
