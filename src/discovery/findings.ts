import type { DeviceReadings } from '../domain/point.ts';
import type { Proposal } from './identify.ts';
import type { SerialSetting, Wire } from './wire.ts';

/** A unit that answered, what it may be and what it says. */
export interface FoundUnit {
  readonly wire: Wire;
  readonly unit: number;
  /** Other unit numbers of the same TCP device by which it answers alike. */
  readonly alsoUnits: readonly number[];
  /** Best first; none: it answers, but no profile fits. */
  readonly proposals: readonly Proposal[];
  /** A few points as the best proposal reads them. */
  readonly values: DeviceReadings;
}

/** What a scan tells while it goes on. */
export type ScanEvent =
  | {
      readonly kind: 'trying';
      readonly wire: Wire;
      /** Absent while a connection is made. */
      readonly unit?: number;
    }
  /** A wire that could not be opened, in a sentence with what to do. */
  | { readonly kind: 'unreachable'; readonly wire: Wire; readonly detail: string }
  /** Something speaks on the line, but nobody could be understood with this setting. */
  | { readonly kind: 'garbage'; readonly path: string; readonly setting: SerialSetting }
  | { readonly kind: 'found'; readonly unit: FoundUnit };

/** How far a scan is. The time that remains is reckoned from what the rest costs if nobody answers. */
export interface ScanProgress {
  readonly triedShare: number;
  readonly remainingMs: number;
}
