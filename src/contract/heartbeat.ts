import { z } from 'zod';
import { instantSchema } from './curtailment.ts';

/** The controlling party is there. Sent at least every 60 s (EEBus limitation of power consumption); not a control. */
export const heartbeatSchema = z.object({
  schema: z.literal('loadgate.heartbeat/1'),
  /** By the clock of the sender. */
  sentAt: instantSchema,
  /** Greater with each one. A sender that was restarted begins again at 1. */
  sequence: z.int().positive(),
});

export type Heartbeat = z.infer<typeof heartbeatSchema>;
