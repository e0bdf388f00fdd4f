import { z } from 'zod';
import { ceilingSchema, durationSecondsSchema, limitedFlow } from './curtailment.ts';
import { instantSchema } from './words.ts';

/** Two days in half-hours. */
const MOST_INTERVALS = 96;

const interval = z.object({
  startsAt: instantSchema,
  durationSeconds: durationSecondsSchema,
  ceiling: ceilingSchema,
});

/**
 * Several curtailments in a row, kept by the gateway, so that they run to their end without a network. Between two
 * intervals and after the last none of them is in force.
 */
export const curtailmentScheduleSchema = z.object({
  schema: z.literal('loadgate.curtailment-schedule/1'),
  ...limitedFlow,
  intervals: z
    .array(interval)
    .min(1)
    .max(MOST_INTERVALS)
    .superRefine((intervals, context) => {
      for (const [index, { startsAt }] of intervals.entries()) {
        const before = intervals[index - 1];
        if (before === undefined || Date.parse(startsAt) >= endOfInterval(before)) continue;
        const message = `${startsAt} lies before the end of the interval before it; send the intervals in order, without overlap`;
        context.addIssue({ code: 'custom', path: [index, 'startsAt'], message });
      }
    }),
});

export type CurtailmentSchedule = z.infer<typeof curtailmentScheduleSchema>;

/** Milliseconds since 1970, UTC. */
function endOfInterval({ startsAt, durationSeconds }: z.infer<typeof interval>): number {
  return Date.parse(startsAt) + durationSeconds * 1_000;
}
