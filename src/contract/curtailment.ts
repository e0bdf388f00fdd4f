import { z } from 'zod';

const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);

/** For people, in logs and on screens, so without characters that steer a terminal. */
const words = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u);

/**
 * Asks the home to keep the flow of a circuit below a ceiling for a time. Zero is a ceiling; a missing ceiling is a
 * mistake and never "none". There is one slot: a request with a new id takes the place of the one before.
 */
export const curtailmentSchema = z.object({
  schema: z.literal('loadgate.curtailment/1'),
  /** Chosen by the sender. The same id again is a repetition and changes nothing. */
  id: identifier,
  direction: z.enum(['import', 'export']),
  /** Amps on each phase, or watts over all phases. */
  basis: z.enum(['phaseCurrentA', 'activePowerW']),
  ceiling: z.number().nonnegative(),
  /** Absent: the connection point. */
  circuit: z.string().min(1).max(64).exactOptional(),
  /** Absent: when the gateway receives it, however late that is. */
  startsAt: z.iso.datetime({ offset: true }).exactOptional(),
  durationSeconds: z.int().min(1).max(86_400),
  reason: words,
});

export const curtailmentCancelSchema = z.object({
  schema: z.literal('loadgate.curtailment-cancel/1'),
  /** Of the curtailment that is to end. */
  id: identifier,
  reason: words,
});

export type CurtailmentRequest = z.infer<typeof curtailmentSchema>;
