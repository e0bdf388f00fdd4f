import { z } from 'zod';
import { CONSENT_ACTIONS } from '../domain/consent.ts';
import { type FieldPurpose, goesUpFor, OF_THE_NETWORK, type PurposeWhen, withheldSchema } from './purpose.ts';

const phase = z.enum(['L1', 'L2', 'L3']);
const direction = z.enum(['import', 'export']);
// Text, not a list: a back office must be able to read the faults of a gateway that is newer than itself.
const faultCode = z.string().regex(/^[a-z0-9-]+$/);

/** A flow that was seen. */
const flow = goesUpFor('chargingData', z.number());

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
      /** What was seen to flow. */
      observed: flow.exactOptional(),
      text: z.string(),
    }),
    z.object({ kind: z.literal('fault'), code: faultCode, subject: z.string() }),
  ])
  .meta({ id: 'Reason' });

/** 1 inside the limits, 2 an excursion is being corrected, 3 locked until it is reset. */
const schemeState = z.union([z.literal(1), z.literal(2), z.literal(3)]);

const partyState = z.enum(['controlled', 'failSafe', 'autonomous']);

/** Of the way to the back office. */
const rung = z.enum([
  'link',
  'address',
  'router',
  'dns',
  'clock',
  'wan',
  'brokerTcp',
  'tls',
  'identity',
  'session',
  'roundTrip',
]);

const durationMs = z.number().nonnegative();

/** One kind of event: for what it goes up, and what it tells. */
function happened<Kind extends z.ZodType, Shape extends z.ZodRawShape>(
  purpose: FieldPurpose,
  kind: Kind,
  shape: Shape,
  when?: PurposeWhen,
) {
  return goesUpFor(purpose, z.object({ kind, ...shape, withheld: withheldSchema.exactOptional() }), when);
}

/** Body of `loadgate.event/1`: the events of the domain, as they are (a test holds the two together). */
export const eventSchema = z.discriminatedUnion('kind', [
  happened('operation', z.literal('limitStarted'), { limitId: z.string(), reason: reasonSchema }),
  happened('operation', z.literal('limitDelayed'), { limitId: z.string(), startsAtMs: z.number() }),
  happened('operation', z.literal('limitEnded'), { limitId: z.string(), releasesAtMs: z.number() }),
  happened('operation', z.literal('limitReleased'), { limitId: z.string() }),
  happened('operation', z.literal('excursionStarted'), {
    circuitId: z.string(),
    direction,
    phase,
    flowA: flow.exactOptional(),
    ceilingA: z.number().nonnegative(),
  }),
  happened('operation', z.literal('excursionEnded'), {
    circuitId: z.string(),
    direction,
    phase,
    durationMs,
    peakA: flow.exactOptional(),
  }),
  happened('operation', z.literal('faultRaised'), { code: faultCode, subject: z.string() }, OF_THE_NETWORK),
  happened(
    'operation',
    z.literal('faultCleared'),
    { code: faultCode, subject: z.string(), durationMs },
    OF_THE_NETWORK,
  ),
  happened('operation', z.literal('loadNarrowed'), {
    loadId: z.string(),
    to: z.string(),
    reason: reasonSchema,
  }),
  happened('operation', z.literal('loadWidened'), {
    loadId: z.string(),
    to: z.string(),
    reason: reasonSchema,
  }),
  happened('operation', z.literal('phasesSwitched'), {
    loadId: z.string(),
    to: z.union([z.literal(1), z.literal(3)]),
    reason: reasonSchema,
  }),
  happened('operation', z.literal('schemeStateChanged'), {
    circuitId: z.string(),
    direction,
    from: schemeState,
    to: schemeState,
  }),
  happened('operation', z.literal('partyStateChanged'), { from: partyState, to: partyState }),
  happened('operation', z.literal('excursionCounted'), {
    circuitId: z.string(),
    direction,
    counted: z.int().positive(),
  }),
  happened('operation', z.enum(['schemeReset', 'schemeResetRefused']), {
    circuitId: z.string(),
    direction,
    by: z.enum(['householder', 'engineer']),
  }),
  happened('operation', z.literal('gatewayStarted'), {
    gapMs: durationMs.exactOptional(),
    found: z.enum(['memory', 'nothing', 'damaged', 'backup']),
  }),
  happened('operation', z.literal('gatewayStopped'), { posture: z.string() }),
  happened('operation', z.literal('controlRefused'), {
    topic: z.string(),
    cause: z.string(),
    /** Of the message, where it has one and could be read. */
    id: z.string().exactOptional(),
  }),
  happened('dnoRestriction', z.literal('restrictionStarted'), {
    noticeId: z.string(),
    issuer: z.string(),
    untilUtcMs: z.number(),
    isRehearsal: z.boolean(),
    sentence: z.string(),
  }),
  // Owed like the receipt that says the same, also when it ends because the household has withdrawn.
  happened('restrictionRecord', z.literal('restrictionEnded'), {
    noticeId: z.string(),
    how: z.enum(['completed', 'withdrawn', 'cancelled', 'superseded']),
    isRehearsal: z.boolean(),
    sentence: z.string(),
  }),
  happened('operation', z.literal('consentChanged'), {
    purpose: z.string(),
    action: z.enum(CONSENT_ACTIONS),
    textVersion: z.string(),
  }),
  happened('operation', z.literal('trustChanged'), { version: z.int().positive() }),
  happened('networkDiagnostics', z.literal('networkRungChanged'), {
    from: rung.exactOptional(),
    to: rung.exactOptional(),
    cause: z.string().regex(/^[a-z0-9-]+$/),
  }),
  happened('operation', z.literal('dataErased'), {
    why: z.enum(['household', 'decommission']),
    throughRecord: z.int().nonnegative(),
  }),
]);

export type EventBody = z.infer<typeof eventSchema>;
