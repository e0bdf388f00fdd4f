import { z } from 'zod';
import { gatewayIdSchema } from './topics.ts';
import { identifierSchema, instantSchema, wordsSchema } from './words.ts';

const words = wordsSchema(200);

/** Amps on each phase, or watts over all phases. Zero is a ceiling; a missing one is a mistake and never "none". */
export const ceilingSchema = z.number().nonnegative();

export const durationSecondsSchema = z.int().min(1).max(86_400);

/**
 * What every control says of itself. The signature covers it, so that what was signed for one home cannot be played to
 * another, nor long after.
 */
const controlHead = {
  gatewayId: gatewayIdSchema,
  id: identifierSchema,
  /** By the clock of the sender. */
  issuedAt: instantSchema,
};

/** What a curtailment and a schedule of them have in common. */
export const limitedFlow = {
  ...controlHead,
  direction: z.enum(['import', 'export']),
  basis: z.enum(['phaseCurrentA', 'activePowerW']),
  /** Absent: the connection point. */
  circuit: z.string().min(1).max(64).exactOptional(),
  /** Who has applied an equivalent random delay already (SI 2021/1467 reg 11(5)(b)). Absent: nobody. */
  randomisedBy: words.exactOptional(),
  reason: words,
};

/**
 * Asks the home to keep the flow of a circuit below a ceiling for a time. There is one slot: a curtailment, a schedule or
 * a "none" with a new id takes the place of what was in it.
 */
export const curtailmentSchema = z.object({
  schema: z.literal('loadgate.curtailment/1'),
  ...limitedFlow,
  ceiling: ceilingSchema,
  /** Absent: when the gateway receives it, however late that is. */
  startsAt: instantSchema.exactOptional(),
  durationSeconds: durationSecondsSchema,
});

/** Ends one curtailment or one whole schedule, and leaves whatever has another id alone. */
export const curtailmentCancelSchema = z.object({
  schema: z.literal('loadgate.curtailment-cancel/1'),
  /** With the id of the curtailment or schedule that is to end. */
  ...controlHead,
  reason: words,
});

/**
 * Says that the sender wants no curtailment now: the slot is empty, whatever was in it. It has an id of its own, or a
 * repetition that the broker delivers late would end the curtailment that came after it.
 */
export const noCurtailmentSchema = z.object({
  schema: z.literal('loadgate.no-curtailment/1'),
  ...controlHead,
  reason: words,
});

export type CurtailmentRequest = z.infer<typeof curtailmentSchema>;
export type CurtailmentCancel = z.infer<typeof curtailmentCancelSchema>;
export type NoCurtailment = z.infer<typeof noCurtailmentSchema>;
