import { decide } from '../core/decide.ts';
import type { DecisionInput } from '../core/decision.ts';
import type { Memory } from '../core/memory.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { JournalSegment } from '../ports/store.ts';
import { Comparison } from './whatIf/comparison.ts';
import { correctSnapshot } from './whatIf/correctSnapshot.ts';
import { mergeMemory } from './whatIf/mergeMemory.ts';
import { changePlan, hoursAfter, type Parsed, type PlanChange } from './whatIf/planChange.ts';
import { type RecordedDecision, readDecisions, withHindsight } from './whatIf/recordedDecisions.ts';
import { RecordedDraws } from './whatIf/recordedDraws.ts';
import type { WhatIfResult } from './whatIf/result.ts';
import { SimulatedLoads } from './whatIf/simulatedLoads.ts';

/** What the devices answer up to so much later tells what a load did at the moment of a decision. */
const HINDSIGHT_MS = 6_000;

interface Chain {
  readonly recordedSite: SitePlan;
  readonly site: SitePlan;
  /** After the decision before. */
  readonly simulated: Memory;
  readonly recorded: Memory;
}

/**
 * Takes the recorded decisions again under a changed plan, each with the memory that the one before it left, and compares.
 * Nothing is decided here: decide() judges the recorded readings, corrected by what the loads would have done otherwise.
 *
 * What that rests on:
 * - A load follows its set-point one decision later, at once and exactly; a real car takes up to 5 s.
 * - A load that is told what it was told in the recording does what it did, so an unchanged plan comes out as recorded.
 * - A charge point draws the least of its set-point and what the car could take: what it drew where that was clearly below
 *   its recorded set-point, else its rating; nothing below its minimum, without a car, or in a fault. A full car stays full
 *   at the recorded moment, whatever it had until then.
 * - A switched load draws, closed at another time, what it drew when it was last closed; its thermostat is not known.
 *   Without a meter it counts as its rating.
 * - A limited generator gives what it gave, cut to its limit; where it was held at a limit, what it gave before that.
 *   A switched one without a meter gives at least what leaves the house and what the measured loads take.
 * - Power factor 1 for all loads; the household, the voltage, limits from outside and silent devices stay as recorded.
 */
export function whatIf(
  segments: Iterable<JournalSegment>,
  changes: readonly PlanChange[],
): Parsed<WhatIfResult> {
  const draws = new RecordedDraws();
  const loads = new SimulatedLoads(draws);
  const comparison = new Comparison(draws, loads);
  let chain: Chain | undefined;
  for (const { recorded, learned } of withHindsight(readDecisions(segments), HINDSIGHT_MS)) {
    for (const known of learned) draws.learn(known);
    const { input, decision } = recorded;
    const site: Parsed<SitePlan> =
      chain?.recordedSite === input.site ? { ok: true, value: chain.site } : changePlan(input.site, changes);
    if (!site.ok) return site;
    const memory = memoryBefore(chain, recorded);
    loads.advance(recorded, memory);
    const snapshot = correctSnapshot(input.site, input.snapshot, loads);
    const supposed = inputSupposed(input, { site: site.value, snapshot, memory }, changes);
    const decided = decide(supposed);
    comparison.add(recorded, supposed, decided);
    chain = {
      recordedSite: input.site,
      site: site.value,
      simulated: decided.memory,
      recorded: decision.memory,
    };
  }
  return { ok: true, value: comparison.result() };
}

function memoryBefore(chain: Chain | undefined, { input, isOpening }: RecordedDecision): Memory {
  if (chain === undefined) return input.memory;
  return isOpening ? mergeMemory(chain.simulated, chain.recorded, input.memory) : chain.simulated;
}

function inputSupposed(
  { chargingHours, ...recorded }: DecisionInput,
  supposed: Pick<DecisionInput, 'site' | 'snapshot' | 'memory'>,
  changes: readonly PlanChange[],
): DecisionInput {
  const hours = hoursAfter(changes, chargingHours);
  return { ...recorded, ...supposed, ...(hours === undefined ? {} : { chargingHours: hours }) };
}
