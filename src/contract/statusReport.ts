import { z } from 'zod';
import { goesUpFor, withheldSchema } from './purpose.ts';
import { statusSchema } from './status.ts';

const { shape } = statusSchema;
const load = shape.loads.element;

/**
 * Body of `loadgate.status-report/1`: the status as the household sees it, without what it has not agreed to tell. All that
 * consent may take away is optional here.
 */
export const statusReportBodySchema = goesUpFor(
  'operation',
  statusSchema.extend({
    sentence: shape.sentence.optional(),
    loads: z.array(load.extend({ sentence: load.shape.sentence.optional() })),
    restrictions: shape.restrictions.optional(),
    owner: shape.owner.partial().optional(),
    withheld: withheldSchema.optional(),
  }),
);

export type StatusReportBody = z.infer<typeof statusReportBodySchema>;
