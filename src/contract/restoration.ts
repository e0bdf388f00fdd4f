import { z } from 'zod';
import { goesUpFor } from './purpose.ts';
import { gatewayIdSchema } from './topics.ts';
import { sha256Schema } from './words.ts';

const journalId = z.string().regex(/^[0-9a-f]{8}$/);

/**
 * Payload: this gateway goes on from a backup, signed with its key: it stands in the journal and goes out on the stream of
 * receipts. The journal goes on behind the last record of the backup under a new name, since its old one may have got other
 * records since; the outbox of the old name is never heard of again.
 */
export const restorationSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.restoration/1'),
    gatewayId: gatewayIdSchema,
    /** From now on; the outbox goes by the same name. */
    journalId,
    former: z.object({
      journalId,
      /** Last record in the backup; 0: there was none. */
      record: z.int().nonnegative(),
      hash: sha256Schema,
    }),
    backupMadeAt: z.iso.datetime(),
    at: z.iso.datetime(),
  }),
);

export type RestorationMessage = z.infer<typeof restorationSchema>;
