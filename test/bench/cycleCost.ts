import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/adapters/sqlite/openStore.ts';
import { decide } from '../../src/core/decide.ts';
import type { DecisionInput } from '../../src/core/decision.ts';
import { EMPTY_MEMORY } from '../../src/core/memory.ts';
import { NO_RESTRICTIONS } from '../../src/core/restrictions/memory.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { JournalEntry, OpeningEntry } from '../../src/gateway/recorder.ts';
import { Recorder } from '../../src/gateway/recorder.ts';
import { BackOffice } from '../support/backOffice.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedHome } from '../support/steppedHome.ts';
import type { Figure, Measurement } from './report.ts';
import { spreadOf } from './statistics.ts';

const SEGMENT_MS = 30_000;
const CYCLE_US = 1_000_000;
/** An evening with a car at home. */
const START_AT_MS = Date.UTC(2006, 11, 23, 17, 26);
const RECORDED_MS = 600_000;
/** Code that has run this often is compiled; a gateway comes there in some minutes. */
const WARM_UP_ROUNDS = 3;

type Opening = Pick<DecisionInput, 'site' | 'paces'>;
type Moment = Pick<DecisionInput, 'now' | 'snapshot' | 'randomOffsetMs' | 'canRecord'>;

/**
 * Takes ten minutes of decisions of the simulated three-phase home, which has four loads, again and again, with eight
 * limits from outside beside those of the site plan; and records them as the gateway does, on the disk.
 */
export async function measureCycle(folder: string, rounds: number): Promise<Measurement> {
  const { opening, moments } = await recordDecisions();
  const decideUs: number[] = [];
  const quietUs: number[] = [];
  const writingUs: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const directory = join(folder, `cycle-${round}`);
    mkdirSync(directory);
    const store = openStore({ directory, log: new RecordingLog() });
    const recorder = new Recorder({
      store,
      log: new RecordingLog(),
      segmentMs: SEGMENT_MS,
      cut: (draft) => draft,
    });
    let core = EMPTY_MEMORY;
    for (const moment of moments) {
      const input: DecisionInput = { ...opening, ...moment, limits: eightLimits(), memory: core };
      const startedMs = performance.now();
      const decision = decide(input);
      const decidedMs = performance.now();
      recorder.addDecision(input, decision.commands, decision.events);
      const isPressing = decision.commands.length > 0 || decision.events.length > 0;
      const isWriting = isPressing || recorder.isDue(moment.now.runningMs);
      const memory = {
        version: 2,
        core: decision.memory,
        control: { limits: [], knownIds: [] },
        owner: { preferences: [] },
        party: {},
        restrictions: NO_RESTRICTIONS,
        consent: [],
        consentStanding: { unacknowledged: [] },
      } as const;
      if (isWriting && !recorder.commit(moment.now, memory)) throw new Error('the record was not written');
      const finishedMs = performance.now();
      core = decision.memory;
      if (round < WARM_UP_ROUNDS) continue;
      decideUs.push((decidedMs - startedMs) * 1_000);
      (isWriting ? writingUs : quietUs).push((finishedMs - startedMs) * 1_000);
    }
    store.close();
  }
  return report(opening, decideUs, quietUs, writingUs);
}

function report(opening: Opening, decideUs: number[], quietUs: number[], writingUs: number[]): Measurement {
  const decideSpread = spreadOf(decideUs);
  const allUs = [...quietUs, ...writingUs];
  const meanUs = allUs.reduce((sum, value) => sum + value, 0) / allUs.length;
  const figure = (name: string, gateway: number, unit = 'us'): Figure => ({ name, unit, gateway });
  return {
    ok: true,
    title: 'cycle',
    figures: [
      figure('decide(), median', decideSpread.median),
      figure('decide(), p99', decideSpread.p99),
      figure('cycle that writes nothing, median', spreadOf(quietUs).median),
      figure('cycle with its record on the disk, median', spreadOf(writingUs).median),
      figure('cycle, mean of all', meanUs),
      figure('share of the 1 s cycle', (meanUs / CYCLE_US) * 100, '%'),
    ],
    notes: [
      `${allUs.length} cycles of a home with ${opening.site.loads.length} loads and ${eightLimits().length} limits from outside, ${writingUs.length} of them with a commit; the code is warm`,
    ],
  };
}

/** The inputs that the gateway itself has recorded. */
async function recordDecisions(): Promise<{ opening: Opening; moments: readonly Moment[] }> {
  const home = new SteppedHome({
    homeName: 'three-phase',
    startAtMs: START_AT_MS,
    backOffice: new BackOffice(),
  });
  try {
    home.start();
    await home.clock.advance(RECORDED_MS);
    const entries = [...home.store.segments()].flatMap(
      (segment) => segment.entries as readonly JournalEntry[],
    );
    const opening = entries.find((entry): entry is OpeningEntry => entry.kind === 'opening');
    if (opening === undefined) throw new Error('the simulated home has recorded no decision');
    const moments = entries.filter((entry) => entry.kind === 'decision');
    return { opening: { site: opening.site, paces: opening.paces }, moments };
  } finally {
    home.remove();
  }
}

let limits: readonly Limit[] | undefined;

/**
 * Four on each of the two circuits. Each is the narrowest of its kind, so it
 * is worked out in full, and none changes what was recorded, so that the readings still answer to the commands.
 */
function eightLimits(): readonly Limit[] {
  const ceilings = [
    { circuitId: 'connection-point', currentA: 56.69, powerW: 60_000 },
    { circuitId: 'charging', currentA: 39.99, powerW: 40_000 },
  ] as const;
  limits ??= ceilings.flatMap(({ circuitId, currentA, powerW }) => {
    const common = { circuitId, validFromMs: 0, reason: 'bench' } as const;
    const current = { ...common, basis: 'phaseCurrentA', ceiling: currentA } as const;
    const power = { ...common, basis: 'activePowerW', ceiling: powerW } as const;
    return [
      { ...current, limitId: `${circuitId}-1`, source: 'restrictionNotice', direction: 'import' } as const,
      { ...current, limitId: `${circuitId}-2`, source: 'restrictionNotice', direction: 'export' } as const,
      { ...power, limitId: `${circuitId}-3`, source: 'curtailment', direction: 'import' } as const,
      { ...power, limitId: `${circuitId}-4`, source: 'curtailment', direction: 'export' } as const,
    ];
  });
  return limits;
}
