import type { TrustBundle } from '../../src/domain/trustBundle.ts';
import type { FleetOptions } from './fleetPlan.ts';

/** What a process of the fleet is told when it begins. */
export interface FleetShare {
  readonly kind: 'share';
  readonly options: FleetOptions;
  /** Which gateways are its own: from this index up to, and without, that one. */
  readonly from: number;
  readonly until: number;
  readonly url: string;
  /** Holds authority.crt, and <gatewayId>.crt and .key of each. Absent: without TLS. */
  readonly certificateFolder?: string;
  readonly rootKeys: readonly string[];
  readonly bundle: TrustBundle;
  readonly spreadMs: number;
}

export type ToShare =
  | FleetShare
  | { readonly kind: 'count'; readonly ask: number }
  /** Mean power of the homes that are named, or of all, between two instants of this machine's clock. */
  | {
      readonly kind: 'truth';
      readonly ask: number;
      readonly fromMs: number;
      readonly untilMs: number;
      readonly gatewayIds?: readonly string[];
    }
  | { readonly kind: 'stop' };

export interface FleetCounts {
  readonly gateways: number;
  readonly connected: number;
  /** Receipts that were written, sent or not. */
  readonly receipts: number;
  /** Messages that wait for the broker's acknowledgement. */
  readonly waiting: number;
  /** Gateways with a notice in force. */
  readonly inForce: number;
  readonly residentMb: number;
  /** Processor time since the start. */
  readonly processorMs: number;
}

export type FromShare =
  | { readonly kind: 'count'; readonly ask: number; readonly counts: FleetCounts }
  | { readonly kind: 'truth'; readonly ask: number; readonly powerW: number };

/** About what one process holds with ease. */
export const GATEWAYS_PER_PROCESS = 2_500;
