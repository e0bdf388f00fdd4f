import type { Observation } from '../observation.ts';
import type { Step } from '../stepSchema.ts';

/** A place where a story can be told: from the judgement alone to real processes. */
export interface Stage {
  /** The home stands, is warmed up and at second 0 of the story. */
  open(): Promise<void>;
  /** Lets the home go on to a second of the story; it may come out a little later. */
  reach(atS: number): Promise<void>;
  take(step: Step): Promise<void>;
  look(): Promise<Observation>;
  close(): Promise<void>;
}
