import { z } from 'zod';
import type { RestrictionCancel, RestrictionCommand, RestrictionNotice } from '../domain/restriction.ts';
import { ceilingSchema, durationSecondsSchema } from './curtailment.ts';
import { gatewayIdSchema } from './topics.ts';
import { distributorSchema, identifierSchema, instantSchema, sha256Schema, wordsSchema } from './words.ts';

/** Name of a feeder or a substation; part of its topic. */
export const areaIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .meta({ id: 'AreaId' });

/** The largest feeder has some 250 homes (DCP 371). */
const MOST_GATEWAYS = 250;

export const areaSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['feeder', 'substation']), areaId: areaIdSchema }),
  z.strictObject({
    kind: z.literal('gateways'),
    gatewayIds: z.array(gatewayIdSchema).min(1).max(MOST_GATEWAYS),
  }),
]);

export const measureSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['importCeiling', 'exportCeiling']),
    basis: z.enum(['phaseCurrentA', 'activePowerW']),
    ceiling: ceilingSchema,
    floor: ceilingSchema.exactOptional(),
  }),
  z
    .strictObject({
      kind: z.literal('chargePointCeiling'),
      ceilingA: ceilingSchema.exactOptional(),
      percentOfRating: z.number().min(0).max(100).exactOptional(),
      floor: ceilingSchema.exactOptional(),
    })
    .refine((measure) => (measure.ceilingA === undefined) !== (measure.percentOfRating === undefined), {
      error: 'expected either ceilingA or percentOfRating',
    }),
  z.strictObject({ kind: z.literal('loadSwitchOpen') }),
]);

export const basisSchema = z.strictObject({
  flexibilityService: wordsSchema(200),
  cause: z.enum(['flexibilityFailed', 'flexibilityAbsent', 'overloadImminent', 'other']),
  established: wordsSchema(500),
  customersToldAt: instantSchema,
  suppliersToldAt: instantSchema,
});

const referenceSchema = z.strictObject({ noticeId: identifierSchema, sha256: sha256Schema });

const common = {
  issuer: distributorSchema,
  area: areaSchema,
  sequence: z.int().positive(),
  issuedAt: instantSchema,
  reason: wordsSchema(300),
};

/**
 * Payload of a signed restriction notice. Unlike with other messages an unknown field is a refusal: what a signer meant by
 * it might narrow the command, and it would be obeyed without.
 */
export const restrictionNoticeSchema = z.strictObject({
  schema: z.literal('loadgate.restriction-notice/1'),
  noticeId: identifierSchema,
  ...common,
  measure: measureSchema,
  /** Absent: on receipt. */
  startsAt: instantSchema.exactOptional(),
  durationSeconds: durationSecondsSchema,
  /** A gateway that receives it later does not take it. */
  expiresAt: instantSchema,
  basis: basisSchema,
  /** Everything but moving a load. */
  rehearsal: z.boolean(),
  supersedes: referenceSchema.exactOptional(),
});

/** Payload of a signed cancel: ends one notice before its time. */
export const restrictionCancelSchema = z.strictObject({
  schema: z.literal('loadgate.restriction-cancel/1'),
  ...common,
  cancels: referenceSchema,
});

export const restrictionCommandSchema = z.discriminatedUnion('schema', [
  restrictionNoticeSchema,
  restrictionCancelSchema,
]);

export type RestrictionNoticeMessage = z.infer<typeof restrictionNoticeSchema>;
export type RestrictionCancelMessage = z.infer<typeof restrictionCancelSchema>;
type CommandMessage = RestrictionNoticeMessage | RestrictionCancelMessage;

/** The command in the words of the domain. */
export function restrictionCommandOf(message: CommandMessage): RestrictionCommand {
  const { issuer, area, sequence, issuedAt, reason } = message;
  const head = { issuer, area, sequence, reason, issuedAtUtcMs: Date.parse(issuedAt) };
  if (message.schema === 'loadgate.restriction-cancel/1') {
    return { kind: 'cancel', ...head, cancels: message.cancels } satisfies RestrictionCancel;
  }
  const { noticeId, measure, durationSeconds, expiresAt, rehearsal, startsAt, supersedes } = message;
  const { customersToldAt, suppliersToldAt, ...basis } = message.basis;
  return {
    kind: 'notice',
    ...head,
    noticeId,
    measure,
    durationMs: durationSeconds * 1_000,
    expiresAtUtcMs: Date.parse(expiresAt),
    basis: {
      ...basis,
      customersToldAt: Date.parse(customersToldAt),
      suppliersToldAt: Date.parse(suppliersToldAt),
    },
    isRehearsal: rehearsal,
    ...(startsAt === undefined ? {} : { startsAtUtcMs: Date.parse(startsAt) }),
    ...(supersedes === undefined ? {} : { supersedes }),
  } satisfies RestrictionNotice;
}
