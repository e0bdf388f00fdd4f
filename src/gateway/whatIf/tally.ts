import type { Explanation } from '../../core/decision.ts';
import type { Direction } from '../../domain/limit.ts';
import { PHASES } from '../../domain/phase.ts';

/** Longer than this between two decisions, and nothing is known of the time between: the gateway was not there. */
export const LONGEST_STEP_MS = 10_000;

/** How one ceiling was kept. A ceiling is one direction of one circuit; of several phases the worst. */
export interface CeilingFigures {
  /** Narrowest and widest that held, amps per phase. */
  readonly leastCeilingA: number;
  readonly greatestCeilingA: number;
  readonly secondsAbove: number;
  readonly longestExcursionSeconds: number;
  /** Greatest flow in this direction, amps on its phase. */
  readonly peakA: number;
}

interface Track {
  leastCeilingA: number;
  greatestCeilingA: number;
  aboveMs: number;
  runningMs: number;
  longestMs: number;
  peakA: number;
}

/** Follows flow and ceiling of each phase of each circuit from decision to decision. */
export class CeilingTally {
  readonly #tracks = new Map<string, Map<string, Track>>();

  add({ circuits }: Explanation, lastsMs: number): void {
    for (const { circuitId, phases } of circuits) {
      for (const { phase, flowA, importCeilingA, exportCeilingA } of phases) {
        if (flowA === undefined) continue;
        this.#follow(circuitId, 'import', phase, flowA, importCeilingA, lastsMs);
        this.#follow(circuitId, 'export', phase, -flowA, exportCeilingA, lastsMs);
      }
    }
  }

  figuresOf(circuitId: string, direction: Direction): CeilingFigures | undefined {
    const byPhase = this.#tracks.get(keyOf(circuitId, direction));
    if (byPhase === undefined) return undefined;
    const all = PHASES.flatMap((phase) => byPhase.get(phase) ?? []);
    const most = (figure: (track: Track) => number): number => Math.max(...all.map(figure));
    return {
      leastCeilingA: Math.min(...all.map((track) => track.leastCeilingA)),
      greatestCeilingA: most((track) => track.greatestCeilingA),
      secondsAbove: most((track) => track.aboveMs) / 1000,
      longestExcursionSeconds: most((track) => track.longestMs) / 1000,
      peakA: most((track) => track.peakA),
    };
  }

  #follow(
    circuitId: string,
    direction: Direction,
    phase: string,
    flowA: number,
    ceilingA: number | undefined,
    lastsMs: number,
  ): void {
    if (ceilingA === undefined) return;
    const key = keyOf(circuitId, direction);
    const byPhase = this.#tracks.get(key) ?? new Map<string, Track>();
    this.#tracks.set(key, byPhase);
    const track = byPhase.get(phase) ?? {
      leastCeilingA: ceilingA,
      greatestCeilingA: ceilingA,
      aboveMs: 0,
      runningMs: 0,
      longestMs: 0,
      peakA: 0,
    };
    byPhase.set(phase, track);
    track.leastCeilingA = Math.min(track.leastCeilingA, ceilingA);
    track.greatestCeilingA = Math.max(track.greatestCeilingA, ceilingA);
    track.peakA = Math.max(track.peakA, flowA);
    track.runningMs = flowA > ceilingA ? track.runningMs + lastsMs : 0;
    if (flowA > ceilingA) track.aboveMs += lastsMs;
    track.longestMs = Math.max(track.longestMs, track.runningMs);
  }
}

function keyOf(circuitId: string, direction: Direction): string {
  return `${circuitId} ${direction}`;
}

/** How much less flowed through the connection point than recorded; negative: more. Watts over all phases. */
export interface Relief {
  readonly meanW: number;
  readonly greatestW: number;
  /** When it was greatest; absent when it never was above zero. */
  readonly greatestAt?: string;
  readonly energyWh: number;
}

export class ReliefTally {
  #reliefWms = 0;
  #spanMs = 0;
  #greatestW = 0;
  #greatestAtMs: number | undefined;

  add(reliefW: number, utcMs: number, lastsMs: number): void {
    this.#reliefWms += reliefW * lastsMs;
    this.#spanMs += lastsMs;
    if (reliefW <= this.#greatestW) return;
    this.#greatestW = reliefW;
    this.#greatestAtMs = utcMs;
  }

  figures(): Relief {
    return {
      meanW: this.#spanMs === 0 ? 0 : this.#reliefWms / this.#spanMs,
      greatestW: this.#greatestW,
      ...(this.#greatestAtMs === undefined ? {} : { greatestAt: new Date(this.#greatestAtMs).toISOString() }),
      energyWh: this.#reliefWms / 3_600_000,
    };
  }
}
