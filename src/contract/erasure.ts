import { z } from 'zod';
import { goesUpFor } from './purpose.ts';
import { gatewayIdSchema } from './topics.ts';
import { sha256Schema } from './words.ts';

const journalId = z.string().regex(/^[0-9a-f]{8}$/);
const count = z.int().nonnegative();

/**
 * Payload of an erasure, signed with the key of the gateway: it stands in the journal and goes out on the stream of receipts.
 * From then on the decisions up to that record have no content any more; their hashes stay.
 */
export const erasureSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.erasure/1'),
    gatewayId: gatewayIdSchema,
    journalId,
    why: z.enum(['household', 'decommission']),
    /** Last record whose content was erased; 0: there was none. */
    throughRecord: count,
    at: z.iso.datetime(),
    /** Messages that waited in the outbox and will never come: the loss ledger of their streams. */
    purged: z.object({ telemetry: count, status: count }),
  }),
);

/** Last word of a gateway that is taken out of service, on the stream of receipts. */
export const decommissionSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.decommission/1'),
    gatewayId: gatewayIdSchema,
    journalId,
    /** The end of its journal. */
    record: count,
    hash: sha256Schema,
    at: z.iso.datetime(),
  }),
);

export type ErasureMessage = z.infer<typeof erasureSchema>;
export type DecommissionMessage = z.infer<typeof decommissionSchema>;
