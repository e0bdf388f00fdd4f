import { beforeAll, describe, expect, it } from 'vitest';
import type { Limit } from '../../src/domain/limit.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import { withPreference } from '../../src/gateway/ownerSettings.ts';
import type { DecisionEntry, JournalEntry } from '../../src/gateway/recorder.ts';
import { replayJournal } from '../../src/gateway/replay.ts';
import { whatIf } from '../../src/gateway/whatIf.ts';
import type { JournalSegment } from '../../src/ports/store.ts';
import type { SteppedHome } from '../support/steppedHome.ts';
import { recordHome } from './recordedHome.ts';

const MINUTE_MS = 60_000;
/** A Friday evening: the default charging hours hold. */
const EVENING = '2006-12-22T17:00:00Z';

/** With everything that a decision may rest on: a party with a heartbeat, charging hours, a limitation scheme. */
function withParty(plan: SitePlan): SitePlan {
  const ceiling = (amps: number) =>
    [{ circuitId: 'connection-point', direction: 'import', basis: 'phaseCurrentA', ceiling: amps }] as const;
  return {
    ...plan,
    chargingHours: 'default',
    circuits: plan.circuits.map((circuit) => ({ ...circuit, maximumImportLimitA: 3 })),
    controllingParty: {
      defaults: ceiling(50),
      heartbeat: {
        lostAfterMs: 2 * MINUTE_MS,
        limitWithinMs: MINUTE_MS,
        failSafeMinimumMs: 4 * MINUTE_MS,
        failSafe: ceiling(20),
      },
    },
  };
}

async function live({ clock, gateway }: SteppedHome): Promise<void> {
  const curtailment = (part: number): Limit => ({
    limitId: `event-${part}`,
    source: 'curtailment',
    circuitId: 'connection-point',
    direction: 'import',
    basis: 'phaseCurrentA',
    ceiling: 10 + part,
    validFromMs: clock.runningMs() + part * 3 * MINUTE_MS,
    validUntilMs: clock.runningMs() + (part + 1) * 3 * MINUTE_MS,
    reason: 'flexibility event',
  });
  await gateway.commands.hearParty();
  await clock.advance(MINUTE_MS);
  await gateway.commands.acceptControl([curtailment(0), curtailment(1)], 'evening');
  await clock.advance(2 * MINUTE_MS);
  const untilMs = clock.runningMs() + 5 * MINUTE_MS;
  gateway.chooseAsOwner((owner) => withPreference(owner, { kind: 'boost', loadId: 'charge-point', untilMs }));
  await clock.advance(4 * MINUTE_MS);
  gateway.resetScheme({ by: 'householder' });
  await gateway.commands.cancelControl('evening');
  await clock.advance(2 * MINUTE_MS);
}

function decisionsOf({ entries }: JournalSegment): DecisionEntry[] {
  return (entries as readonly JournalEntry[]).filter((entry) => entry.kind === 'decision');
}

describe('a record of all that a decision may rest on', () => {
  let segments: readonly JournalSegment[] = [];
  beforeAll(async () => {
    const recording = await recordHome({
      homeName: 'single-phase',
      startAt: EVENING,
      minutes: 12,
      adaptPlan: withParty,
      story: live,
    });
    segments = recording.segments;
  }, MINUTE_MS);

  it('holds the limits where they changed, and nowhere else', () => {
    const decisions = segments.flatMap(decisionsOf);
    expect(segments.every((segment) => decisionsOf(segment)[0]?.limits !== undefined)).toBe(true);
    const quiet = segments.flatMap((segment) => decisionsOf(segment).slice(1));
    expect(quiet.filter(({ limits }) => limits === undefined).length).toBeGreaterThan(quiet.length * 0.9);
    expect(decisions.some(({ limits }) => limits?.length === 2)).toBe(true);
    for (const field of ['party', 'chargingHours', 'preferences', 'schemeReset'] as const) {
      expect(decisions.filter((decision) => decision[field] !== undefined).length).toBeGreaterThan(0);
    }
  });

  it('decides again the same, from its beginning and from any segment on', () => {
    expect(replayJournal(segments)).toMatchObject({ decisions: expect.any(Number) });
    for (let from = 0; from < segments.length; from += 1) {
      expect(replayJournal(segments.slice(from)).firstDifference).toBeUndefined();
    }
  });

  it('comes out the same again as a what-if in which nothing is changed', () => {
    const result = whatIf(segments, []);
    if (!result.ok) throw new Error(result.detail);
    const { moves, relief, loads, differing } = result.value;
    expect(differing).toBe(0);
    expect(moves.recorded.lockOuts).toBeGreaterThan(0);
    expect(moves.supposed).toEqual(moves.recorded);
    expect(relief?.import).toEqual({ meanW: 0, greatestW: 0, energyWh: 0 });
    for (const { recordedWh, supposedWh } of loads) expect(supposedWh).toBe(recordedWh);
  });

  it('does not decide the same without the limits that were left out', () => {
    const forgotten = segments.map((segment) => ({
      ...segment,
      entries: (segment.entries as readonly JournalEntry[]).map((entry) =>
        entry.kind === 'decision' && entry.limits === undefined ? { ...entry, limits: [] } : entry,
      ),
    }));
    expect(replayJournal(forgotten).firstDifference).toBeDefined();
  });
});
