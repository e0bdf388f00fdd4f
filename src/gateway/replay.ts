import { decide } from '../core/decide.ts';
import type { DecisionInput } from '../core/decision.ts';
import type { JournalSegment } from '../ports/store.ts';
import type { JournalEntry, OpeningEntry } from './recorder.ts';

export interface Difference {
  readonly at: string;
  readonly runningMs: number;
  /** Place in the decision, for example `commands[0].currentA`. */
  readonly path: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

export interface ReplayResult {
  readonly decisions: number;
  readonly commands: number;
  readonly from?: string;
  readonly until?: string;
  readonly firstDifference?: Difference;
}

/** Decides every recorded decision again from its recorded input, and stops at the first that comes out otherwise. */
export function replayJournal(segments: Iterable<JournalSegment>): ReplayResult {
  let decisions = 0;
  let commands = 0;
  let from: string | undefined;
  let until: string | undefined;
  const result = (): ReplayResult => ({
    decisions,
    commands,
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  });
  for (const segment of segments) {
    let opening: OpeningEntry | undefined;
    let memory: OpeningEntry['memory'] | undefined;
    let limits: DecisionInput['limits'] = [];
    for (const entry of segment.entries as readonly JournalEntry[]) {
      if (entry.kind === 'opening') {
        opening = entry;
        memory = entry.memory;
        limits = [];
        continue;
      }
      if (opening === undefined || memory === undefined) continue;
      const { kind: _, commands: commanded, events, limits: given, ...input } = entry;
      limits = given ?? limits;
      const decision = decide({ ...input, limits, site: opening.site, paces: opening.paces, memory });
      const at = new Date(entry.now.utcMs).toISOString();
      from ??= at;
      until = at;
      decisions += 1;
      commands += commanded.length;
      const difference =
        findDifference(commanded, decision.commands, 'commands') ??
        findDifference(events, decision.events, 'events');
      if (difference !== undefined) {
        return { ...result(), firstDifference: { at, runningMs: entry.now.runningMs, ...difference } };
      }
      memory = decision.memory;
    }
  }
  return result();
}

/** The first place at which two JSON values differ. */
function findDifference(
  recorded: unknown,
  replayed: unknown,
  path: string,
): Pick<Difference, 'path' | 'recorded' | 'replayed'> | undefined {
  if (Object.is(recorded, replayed)) return undefined;
  if (!isBranch(recorded) || !isBranch(replayed)) return { path, recorded, replayed };
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(replayed)])) {
    const step = Array.isArray(recorded) ? `[${key}]` : `.${key}`;
    const difference = findDifference(recorded[key], replayed[key], `${path}${step}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
