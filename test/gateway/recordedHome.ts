import type { HomeName, HomeSpec } from '../../firmware-sim/homeSpec.ts';
import { type Truth, tellTruth } from '../../firmware-sim/truth.ts';
import { openStoreReadOnly } from '../../src/adapters/sqlite/openStoreReadOnly.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import type { JournalSegment } from '../../src/ports/store.ts';
import { BackOffice } from '../support/backOffice.ts';
import { examplePlan, SteppedHome } from '../support/steppedHome.ts';

export interface Recording {
  readonly site: SitePlan;
  readonly segments: readonly JournalSegment[];
  readonly truth: Truth;
}

interface RecordingOptions {
  readonly homeName: HomeName;
  readonly startAt: string;
  readonly minutes: number;
  readonly adaptPlan?: (plan: SitePlan) => SitePlan;
  readonly adaptHome?: (spec: HomeSpec) => HomeSpec;
  /** What happens at first; the rest of the time passes quietly. */
  readonly story?: (stepped: SteppedHome) => Promise<void>;
}

/** The journal of a simulated home that lived for some time, as it stands on the disk. */
export async function recordHome(options: RecordingOptions): Promise<Recording> {
  const { homeName, minutes } = options;
  const plan = examplePlan(homeName);
  const site = options.adaptPlan?.(plan) ?? plan;
  const { adaptHome } = options;
  const stepped = new SteppedHome({
    homeName,
    startAtMs: Date.parse(options.startAt),
    backOffice: new BackOffice(),
    site,
    ...(adaptHome === undefined ? {} : { adaptHome }),
  });
  try {
    stepped.start();
    const startedMs = stepped.clock.runningMs();
    await options.story?.(stepped);
    await stepped.clock.advance(startedMs + minutes * 60_000 - stepped.clock.runningMs());
    const truth = tellTruth(stepped.home);
    await stepped.stop();
    const opened = openStoreReadOnly(stepped.stateDirectory());
    if (!opened.ok) throw new Error(opened.detail);
    const segments = [...opened.record.segments()];
    opened.record.close();
    return { site, segments, truth };
  } finally {
    stepped.remove();
  }
}

/** The plan with other figures at its connection point. */
export function atConnection(figures: Partial<SitePlan['circuits'][number]>): (plan: SitePlan) => SitePlan {
  return (plan) => ({
    ...plan,
    circuits: plan.circuits.map((circuit) =>
      circuit.parentId === undefined ? { ...circuit, ...figures } : circuit,
    ),
  });
}
