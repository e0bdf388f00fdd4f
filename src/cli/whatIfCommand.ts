import type { Command } from 'commander';
import type { PlanChange } from '../gateway/whatIf/planChange.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exitCodes.ts';
import { readJournal } from './readJournal.ts';
import { renderWhatIf } from './renderWhatIf.ts';
import { refuse, writeJson } from './report.ts';

/** One --set: the change, and the words that asked for it. */
export interface AskedChange {
  readonly text: string;
  readonly change: PlanChange;
}

/** Takes the recorded decisions again under another plan, and tells what would have been. */
export async function whatIf(command: Command, context: Context): Promise<number> {
  const { json, set = [] } = command.opts<{ json?: boolean; set?: readonly AskedChange[] }>();
  const changes = set.map(({ change }) => change);
  const read = await readJournal(command, context, (segments, composition) =>
    composition.whatIf(segments, changes),
  );
  if (!read.ok) return read.exitCode;
  const { value, damage } = read;
  if (!value.ok) return refuse(context, 'wrongUsage', value.detail);
  const asked = set.map(({ text }) => text);
  if (json === true) writeJson(context, { asked, ...value.value, ...(damage !== undefined && { damage }) });
  else context.standardOutput.write(`${renderWhatIf(asked, value.value)}\n`);
  return damage === undefined ? EXIT_CODES.ok.code : refuse(context, 'storeUnavailable', damage);
}
