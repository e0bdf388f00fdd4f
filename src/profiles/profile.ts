import type { ProfileData } from './profileSchema.ts';
import { compileReadPlan, type ReadPlan } from './readPlan.ts';

/** A device profile, ready for use. */
export interface Profile {
  /** The name of its file in drivers/ without the ending. */
  readonly id: string;
  readonly data: ProfileData;
  readonly plan: ReadPlan;
}

/** Data that has passed the schema and the lint becomes a profile. */
export function compileProfile(id: string, data: ProfileData): Profile {
  return { id, data, plan: compileReadPlan(data) };
}
