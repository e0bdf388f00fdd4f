import { decide } from '../../core/decide.ts';
import type { Decision, DecisionInput } from '../../core/decision.ts';
import type { Command } from '../../domain/command.ts';
import type { DomainEvent } from '../../domain/event.ts';
import type { JournalSegment } from '../../ports/store.ts';
import type { JournalEntry, OpeningEntry } from '../recorder.ts';

/** A decision of the journal with all that it rested on, and what followed from it. */
export interface RecordedDecision {
  readonly input: DecisionInput;
  readonly commands: readonly Command[];
  readonly events: readonly DomainEvent[];
  /** Taken again from the record, for the memory after it and the ceilings it was held against. */
  readonly decision: Decision;
  /** The first of a segment: its memory is the one that was recorded, whatever came before. */
  readonly isOpening: boolean;
}

/** The decisions of a journal one after the other, as they were taken. */
export function* readDecisions(segments: Iterable<JournalSegment>): Generator<RecordedDecision, void> {
  for (const segment of segments) {
    let opening: OpeningEntry | undefined;
    let memory: OpeningEntry['memory'] | undefined;
    let limits: DecisionInput['limits'] = [];
    let isOpening = false;
    for (const entry of segment.entries as readonly JournalEntry[]) {
      if (entry.kind === 'opening') {
        opening = entry;
        memory = entry.memory;
        limits = [];
        isOpening = true;
        continue;
      }
      if (opening === undefined || memory === undefined) continue;
      const { kind: _, commands, events, limits: given, ...rest } = entry;
      limits = given ?? limits;
      const input: DecisionInput = { ...rest, limits, site: opening.site, paces: opening.paces, memory };
      const decision = decide(input);
      yield { input, commands, events, decision, isOpening };
      isOpening = false;
      memory = decision.memory;
    }
  }
}

export interface WithHindsight {
  readonly recorded: RecordedDecision;
  /** Decisions that became known with this one: itself at first, then those up to the hindsight after it. */
  readonly learned: readonly RecordedDecision[];
}

/** Each decision together with what the devices told within some time after it. */
export function* withHindsight(
  decisions: Iterable<RecordedDecision>,
  hindsightMs: number,
): Generator<WithHindsight, void> {
  const waiting: RecordedDecision[] = [];
  let learned: RecordedDecision[] = [];
  const take = function* (untilMs: number): Generator<WithHindsight, void> {
    for (;;) {
      const [first] = waiting;
      if (first === undefined || first.input.now.runningMs > untilMs) return;
      waiting.shift();
      yield { recorded: first, learned };
      learned = [];
    }
  };
  for (const recorded of decisions) {
    waiting.push(recorded);
    learned.push(recorded);
    yield* take(recorded.input.now.runningMs - hindsightMs);
  }
  yield* take(Number.POSITIVE_INFINITY);
}
