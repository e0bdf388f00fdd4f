import { z } from 'zod';

/** How a device is reached, as the local answers tell it. */
export const wireSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tcp'), host: z.string(), port: z.number() }),
  z.object({
    kind: z.literal('han'),
    radioId: z.string(),
    address: z.string(),
    deviceClass: z.string(),
    eventMinutes: z.number().optional(),
  }),
  z.object({
    kind: z.literal('serial'),
    lineId: z.string(),
    path: z.string(),
    baudRate: z.number(),
    parity: z.enum(['none', 'even', 'odd']),
    stopBits: z.union([z.literal(1), z.literal(2)]),
  }),
]);

export type LocalWire = z.infer<typeof wireSchema>;
