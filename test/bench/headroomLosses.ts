import { decide } from '../../src/core/decide.ts';
import type { DecisionInput } from '../../src/core/decision.ts';
import type { WaitCause } from '../../src/core/pace.ts';
import type { JournalEntry, OpeningEntry } from '../../src/gateway/recorder.ts';
import type { JournalSegment } from '../../src/ports/store.ts';
import { STEP_MS } from './clairvoyant.ts';
import type { TraceStep } from './headroomTrace.ts';

/** Why the car had less than the clairvoyant's at a moment. */
export type LossCause =
  | 'margin'
  | 'rest after narrowing'
  | 'rest after pausing'
  | 'the car follows its pilot'
  | 'above the ceiling'
  | Exclude<WaitCause, 'rest'>;

/** What the judgement said of the one charge point, from an instant until the next. */
interface Wait {
  readonly atMs: number;
  readonly cause: WaitCause | undefined;
  readonly isPaused: boolean;
}

/** Takes every recorded decision again, for what was not recorded: why the charge point did not have more. */
export function waitsOf(segments: Iterable<JournalSegment>, loadId: string): readonly Wait[] {
  const waits: Wait[] = [];
  for (const segment of segments) {
    let opening: OpeningEntry | undefined;
    let memory: OpeningEntry['memory'] | undefined;
    let limits: DecisionInput['limits'] = [];
    for (const entry of segment.entries as readonly JournalEntry[]) {
      if (entry.kind === 'opening') {
        opening = entry;
        memory = entry.memory;
        continue;
      }
      if (opening === undefined || memory === undefined) continue;
      const { kind: _, commands: __, events: ___, limits: given, ...input } = entry;
      limits = given ?? limits;
      const decision = decide({ ...input, limits, site: opening.site, paces: opening.paces, memory });
      const load = decision.explanation.loads.find((candidate) => candidate.loadId === loadId);
      waits.push({
        atMs: entry.now.utcMs,
        cause: load?.waitsFor,
        isPaused: load?.commandedA === 0,
      });
      memory = decision.memory;
    }
  }
  return waits;
}

/**
 * What the clairvoyant's car had more, watt-hours by cause: first what the car itself still lacked of its pilot, then the
 * margin, then what the judgement waited for. Drawn above the ceiling counts against it.
 */
export function lossesOf(losses: {
  readonly steps: readonly TraceStep[];
  readonly clairvoyant: readonly TraceStep[];
  readonly waits: readonly Wait[];
  readonly marginA: number;
}): ReadonlyMap<LossCause, number> {
  const { steps, clairvoyant, waits, marginA } = losses;
  const lost = new Map<LossCause, number>();
  const fromMs = clairvoyant[0]?.atMs ?? 0;
  let place = 0;
  for (const { atMs, stepMs, carA, pilotA, voltageV } of steps) {
    while ((waits[place + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs) place += 1;
    const couldA = clairvoyant[Math.floor((atMs - fromMs) / STEP_MS)]?.carA ?? carA;
    let gapA = couldA - carA;
    const lose = (cause: LossCause, mostA: number): void => {
      const partA = Math.min(gapA, mostA);
      gapA -= partA;
      lost.set(cause, (lost.get(cause) ?? 0) + (partA * voltageV * stepMs) / 3_600_000);
    };
    if (gapA <= 0) {
      lose('above the ceiling', Number.POSITIVE_INFINITY);
      continue;
    }
    lose('the car follows its pilot', Math.max(0, pilotA - carA));
    lose('margin', marginA);
    lose(causeOf(waits[place]), Number.POSITIVE_INFINITY);
  }
  return lost;
}

function causeOf(wait: Wait | undefined): LossCause {
  if (wait?.cause === 'rest') return wait.isPaused ? 'rest after pausing' : 'rest after narrowing';
  return wait?.cause ?? 'least step';
}
