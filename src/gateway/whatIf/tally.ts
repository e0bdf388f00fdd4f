import type { Explanation } from '../../core/decision.ts';
import type { Direction, LimitBasis } from '../../domain/limit.ts';

/** One direction of one circuit, by current or by power. */
export interface CeilingKey {
  readonly circuitId: string;
  readonly direction: Direction;
  readonly basis: LimitBasis;
}

/** How a ceiling was kept; amps per phase, of several the worst, or watts over all phases. */
export interface CeilingFigures {
  /** Narrowest and widest that held. */
  readonly leastCeiling: number;
  readonly greatestCeiling: number;
  readonly secondsAbove: number;
  readonly longestExcursionSeconds: number;
  /** Greatest flow in this direction while a ceiling held. */
  readonly peak: number;
}

interface Track {
  leastCeiling: number;
  greatestCeiling: number;
  aboveMs: number;
  runningMs: number;
  longestMs: number;
  peak: number;
}

/** Follows flow and ceiling of each phase of each circuit from decision to decision. */
export class CeilingTally {
  readonly #tracks = new Map<string, Map<string, Track>>();

  /** @param powersW through each circuit that has a meter, import positive */
  add({ circuits, limits }: Explanation, powersW: ReadonlyMap<string, number>, lastsMs: number): void {
    for (const { circuitId, phases } of circuits) {
      for (const { phase, flowA, importCeilingA, exportCeilingA } of phases) {
        if (flowA === undefined) continue;
        const basis = 'phaseCurrentA';
        this.#follow({ circuitId, direction: 'import', basis }, phase, flowA, importCeilingA, lastsMs);
        this.#follow({ circuitId, direction: 'export', basis }, phase, -flowA, exportCeilingA, lastsMs);
      }
      const powerW = powersW.get(circuitId);
      if (powerW === undefined) continue;
      for (const direction of ['import', 'export'] as const) {
        const basis = 'activePowerW';
        const ceilings = limits.flatMap((limit) =>
          limit.circuitId === circuitId &&
          limit.direction === direction &&
          limit.basis === basis &&
          limit.loadId === undefined
            ? [limit.ceiling]
            : [],
        );
        const ceilingW = ceilings.length === 0 ? undefined : Math.min(...ceilings);
        const flowW = direction === 'import' ? powerW : -powerW;
        this.#follow({ circuitId, direction, basis }, 'all', flowW, ceilingW, lastsMs);
      }
    }
  }

  figuresOf(key: CeilingKey): CeilingFigures | undefined {
    const all = [...(this.#tracks.get(textOf(key))?.values() ?? [])];
    if (all.length === 0) return undefined;
    const most = (figure: (track: Track) => number): number => Math.max(...all.map(figure));
    return {
      leastCeiling: Math.min(...all.map((track) => track.leastCeiling)),
      greatestCeiling: most((track) => track.greatestCeiling),
      secondsAbove: most((track) => track.aboveMs) / 1000,
      longestExcursionSeconds: most((track) => track.longestMs) / 1000,
      peak: most((track) => track.peak),
    };
  }

  #follow(key: CeilingKey, phase: string, flow: number, ceiling: number | undefined, lastsMs: number): void {
    const byPhase = this.#tracks.get(textOf(key)) ?? new Map<string, Track>();
    const known = byPhase.get(phase);
    if (ceiling === undefined) {
      if (known !== undefined) known.runningMs = 0;
      return;
    }
    this.#tracks.set(textOf(key), byPhase);
    const track = known ?? {
      leastCeiling: ceiling,
      greatestCeiling: ceiling,
      aboveMs: 0,
      runningMs: 0,
      longestMs: 0,
      peak: 0,
    };
    byPhase.set(phase, track);
    track.leastCeiling = Math.min(track.leastCeiling, ceiling);
    track.greatestCeiling = Math.max(track.greatestCeiling, ceiling);
    track.peak = Math.max(track.peak, flow);
    track.runningMs = flow > ceiling ? track.runningMs + lastsMs : 0;
    if (flow > ceiling) track.aboveMs += lastsMs;
    track.longestMs = Math.max(track.longestMs, track.runningMs);
  }
}

function textOf({ circuitId, direction, basis }: CeilingKey): string {
  return `${circuitId} ${direction} ${basis}`;
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
