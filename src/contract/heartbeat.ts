import { z } from 'zod';
import { gatewayIdSchema } from './topics.ts';
import { instantSchema } from './words.ts';

/** The controlling party is there. Sent at least every 60 s (EEBus limitation of power consumption); not a control. */
export const heartbeatSchema = z.object({
  schema: z.literal('loadgate.heartbeat/1'),
  /** To whom: a heartbeat that was signed for one home keeps no other one alive. */
  gatewayId: gatewayIdSchema,
  /** By the clock of the sender. */
  sentAt: instantSchema,
  /** Greater with each one. A sender that was restarted begins again at 1. */
  sequence: z.int().positive(),
});

export type Heartbeat = z.infer<typeof heartbeatSchema>;
