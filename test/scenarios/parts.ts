import { z } from 'zod';

export const STAGES = ['core', 'gateway', 'processes'] as const;
export type StageName = (typeof STAGES)[number];

/** A story is short where it is told in real time; where time is stepped it may last for hours. */
export const LONGEST_IN_REAL_TIME_S = 180;
export const LONGEST_S = 10_800;

export const sentence = z.string().min(3);
export const second = z.int().min(0).max(LONGEST_S);
export const amps = z.number().min(0).max(1_000);
export const identifier = z.string().min(1);
export const direction = z.enum(['import', 'export']);
export const basis = z.enum(['phaseCurrentA', 'activePowerW']);

/** Where a part of the story is left out, each with the reason that is printed. */
export const notAt = z.strictObject({
  core: sentence.exactOptional(),
  gateway: sentence.exactOptional(),
  processes: sentence.exactOptional(),
});
