import type { LoadPlan } from '../../domain/sitePlan.ts';
import type { Moves } from './countMoves.ts';
import type { DrawBasis } from './recordedDraws.ts';
import type { CeilingFigures, CeilingKey, Relief } from './tally.ts';

export interface LoadEnergy {
  readonly loadId: string;
  readonly kind: LoadPlan['kind'];
  readonly basis: DrawBasis;
  /** Taken, or given by a generator; Wh, >= 0. */
  readonly recordedWh: number;
  readonly supposedWh: number;
}

export interface CeilingComparison extends CeilingKey {
  /** Absent: no ceiling held, or its flow was never known. */
  readonly recorded?: CeilingFigures;
  readonly supposed?: CeilingFigures;
}

export interface WhatIfResult {
  readonly decisions: number;
  /** Decisions that come out otherwise than recorded without any change: by another version, or a damaged journal. */
  readonly differing: number;
  readonly from?: string;
  readonly until?: string;
  /** Between decisions that count, without the gaps in which the gateway was not there. */
  readonly seconds: number;
  readonly gapSeconds: number;
  readonly loads: readonly LoadEnergy[];
  readonly ceilings: readonly CeilingComparison[];
  /** At the connection point; absent when it has no meter that was read. */
  readonly relief?: { readonly import: Relief; readonly export: Relief };
  readonly moves: { readonly recorded: Moves; readonly supposed: Moves };
  /** What the figures rest on, a sentence each. */
  readonly assumptions: readonly string[];
}
