import { z } from 'zod';

/** Names of rungs as text, not as a list: an older reader must be able to show what a newer gateway has found. */
const rung = z.string();

/** One rung of the ladder: its result, what was looked at, the cause in plain words and the next step. */
const findingSchema = z.object({
  rung,
  state: z.enum(['passed', 'failed', 'notReached', 'cannotBeTold']),
  cause: z.string(),
  /** For the household. */
  sentence: z.string(),
  forEngineer: z.string(),
  seen: z.array(z.string()),
  tookMs: z.number(),
  nextStep: z.string().optional(),
  /** Whose job that is. */
  responsible: z.enum(['household', 'broadbandProvider', 'fieldEngineer', 'backOffice']).optional(),
});

/** What `GET /network` on the gateway's local socket answers: the ladder, climbed for the question. */
export const networkSchema = z.object({
  schema: z.literal('loadgate.network/1'),
  at: z.string(),
  tookMs: z.number(),
  /** The connection stands, whatever a new one would meet. */
  isStanding: z.boolean(),
  lowestFailed: rung.optional(),
  sentence: z.string(),
  /** From the bottom. */
  rungs: z.array(findingSchema),
});

export type Network = z.infer<typeof networkSchema>;
export type NetworkFinding = z.infer<typeof findingSchema>;
