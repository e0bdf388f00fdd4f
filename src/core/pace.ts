/** What the device behind a load asks of the pace of its set-points (from its profile). */
export interface Pace {
  /** Least time between two writes that do not narrow. */
  readonly writeSpacingMs: number;
  /** The least step that the device can tell apart; 0 for none. */
  readonly setpointStepA: number;
}

/** Why a load that should have more does not get it yet. */
export type WaitCause =
  | 'fresh readings'
  | 'record'
  | 'confirmation'
  | 'fault'
  | 'rest'
  | 'ramp'
  | 'headroom'
  | 'least step';
