import { z } from 'zod';
import { type ChargingWindow, WEEKDAYS } from '../domain/chargingHours.ts';

const clockMinute = (what: string) =>
  z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .describe(`${what}, local time such as "08:00"`)
    .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const chargingWindow = z
  .strictObject({
    days: z
      .array(z.enum(WEEKDAYS as ['mon']))
      .min(1)
      .describe('days of the week on which it begins'),
    from: clockMinute('beginning'),
    until: clockMinute('end; earlier than the beginning: on the next day'),
    ceilingA: z
      .number()
      .min(0)
      .max(400)
      .describe('most that a charge point may have then, amps per phase; 0 pauses'),
    reason: z.string().min(3).max(80).describe('why, for people'),
  })
  .transform(
    ({ from, until, ...rest }): ChargingWindow => ({ ...rest, fromMinute: from, untilMinute: until }),
  );

/** Hours in which charge points are held back, as a person writes them. */
export const chargingHoursSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, 'the name of a time zone such as "Europe/London"')
    .describe('time zone of the home'),
  windows: z.array(chargingWindow).min(1).max(50).describe('hours in which charge points are held back'),
});

/** What a local command of the owner or an engineer came to. */
export const choiceSchema = z.object({
  isDone: z.boolean(),
  /** One sentence: what holds now, or why it was not done and what to do. */
  sentence: z.string(),
});

export type Choice = z.infer<typeof choiceSchema>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
