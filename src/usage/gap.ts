import type { Now } from '../domain/instant.ts';

/**
 * Why something is not known: the gateway was stopped in order; it ended without a word (power, kill); its record was lost
 * and begun anew; the record could not be written; or the device of a channel did not answer.
 */
export type GapCause = 'stopped' | 'endedWithoutWord' | 'recordLost' | 'recordFailed' | 'deviceSilent';

export interface GapEnergy {
  readonly importWh: number;
  readonly exportWh: number;
}

/** A stretch in which nobody looked. What flowed meanwhile is known where a meter counts by itself. */
export interface Gap {
  readonly cause: GapCause;
  /** Absent: not known any more. */
  readonly from?: Now;
  readonly until: Now;
  /** By channel id. */
  readonly energy: Readonly<Record<string, GapEnergy>>;
}

export function withEnergy(gap: Gap, channelId: string, importWh: number, exportWh: number): Gap {
  const known = gap.energy[channelId] ?? { importWh: 0, exportWh: 0 };
  const sum = { importWh: known.importWh + importWh, exportWh: known.exportWh + exportWh };
  return { ...gap, energy: { ...gap.energy, [channelId]: sum } };
}
