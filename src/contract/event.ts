import { z } from 'zod';

const phase = z.enum(['L1', 'L2', 'L3']);
const direction = z.enum(['import', 'export']);
// Text, not a list: a back office must be able to read the faults of a gateway that is newer than itself.
const faultCode = z.string().regex(/^[a-z0-9-]+$/);

const reasonSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('limit'),
      limitId: z.string(),
      source: z.enum([
        'protection',
        'failSafe',
        'limitationScheme',
        'restrictionNotice',
        'loadSwitchObserved',
        'curtailment',
        'schedule',
        'preference',
      ]),
      circuitId: z.string(),
      direction,
      basis: z.enum(['phaseCurrentA', 'activePowerW']),
      ceiling: z.number().nonnegative(),
      phase: phase.exactOptional(),
      observed: z.number().exactOptional(),
      text: z.string(),
    }),
    z.object({ kind: z.literal('fault'), code: faultCode, subject: z.string() }),
  ])
  .meta({ id: 'Reason' });

/** 1 inside the limits, 2 an excursion is being corrected, 3 locked until it is reset. */
const schemeState = z.union([z.literal(1), z.literal(2), z.literal(3)]);

const partyState = z.enum(['controlled', 'failSafe', 'autonomous']);

const durationMs = z.number().nonnegative();

/** Body of `loadgate.event/1`: the events of the domain, as they are (a test holds the two together). */
export const eventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('limitStarted'), limitId: z.string(), reason: reasonSchema }),
  z.object({ kind: z.literal('limitDelayed'), limitId: z.string(), startsAtMs: z.number() }),
  z.object({ kind: z.literal('limitEnded'), limitId: z.string(), releasesAtMs: z.number() }),
  z.object({ kind: z.literal('limitReleased'), limitId: z.string() }),
  z.object({
    kind: z.literal('excursionStarted'),
    circuitId: z.string(),
    direction,
    phase,
    flowA: z.number(),
    ceilingA: z.number().nonnegative(),
  }),
  z.object({
    kind: z.literal('excursionEnded'),
    circuitId: z.string(),
    direction,
    phase,
    durationMs,
    peakA: z.number(),
  }),
  z.object({ kind: z.literal('faultRaised'), code: faultCode, subject: z.string() }),
  z.object({ kind: z.literal('faultCleared'), code: faultCode, subject: z.string(), durationMs }),
  z.object({ kind: z.literal('loadNarrowed'), loadId: z.string(), to: z.string(), reason: reasonSchema }),
  z.object({ kind: z.literal('loadWidened'), loadId: z.string(), to: z.string(), reason: reasonSchema }),
  z.object({
    kind: z.literal('schemeStateChanged'),
    circuitId: z.string(),
    direction,
    from: schemeState,
    to: schemeState,
  }),
  z.object({ kind: z.literal('partyStateChanged'), from: partyState, to: partyState }),
  z.object({
    kind: z.literal('excursionCounted'),
    circuitId: z.string(),
    direction,
    counted: z.int().positive(),
  }),
  z.object({
    kind: z.enum(['schemeReset', 'schemeResetRefused']),
    circuitId: z.string(),
    direction,
    by: z.enum(['householder', 'engineer']),
  }),
  z.object({
    kind: z.literal('gatewayStarted'),
    gapMs: durationMs.exactOptional(),
    found: z.enum(['memory', 'nothing', 'damaged']),
  }),
  z.object({ kind: z.literal('gatewayStopped'), posture: z.string() }),
  z.object({ kind: z.literal('controlRefused'), topic: z.string(), cause: z.string() }),
]);

export type EventBody = z.infer<typeof eventSchema>;
