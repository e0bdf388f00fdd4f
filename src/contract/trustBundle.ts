import { z } from 'zod';
import type { TrustBundle } from '../domain/trustBundle.ts';
import {
  distributorSchema,
  identifierSchema,
  instantSchema,
  keyIdSchema,
  publicKeySchema,
  wordsSchema,
} from './words.ts';

const key = z
  .strictObject({
    keyId: keyIdSchema,
    role: z.enum(['distributor', 'controllingParty', 'backOffice']),
    distributors: z.array(distributorSchema).min(1).exactOptional(),
    party: identifierSchema.exactOptional(),
    publicKey: publicKeySchema,
    notBefore: instantSchema.exactOptional(),
    notAfter: instantSchema.exactOptional(),
  })
  .refine(({ role, distributors }) => (role === 'distributor') === (distributors !== undefined), {
    error: 'expected distributors with the role distributor, and only with it',
  });

/** Payload of the trust bundle, signed by a root key that each gateway knows from its enrolment. */
export const trustBundleSchema = z.strictObject({
  schema: z.literal('loadgate.trust-bundle/1'),
  /** Rises with each bundle; one that is not higher is refused. */
  version: z.int().positive(),
  issuedAt: instantSchema,
  keys: z
    .array(key)
    .max(200)
    .refine((keys) => new Set(keys.map(({ keyId }) => keyId)).size === keys.length, {
      error: 'expected each keyId once',
    }),
  revoked: z
    .array(z.strictObject({ keyId: keyIdSchema, revokedAt: instantSchema, reason: wordsSchema(200) }))
    .max(1_000),
});

export type TrustBundleMessage = z.infer<typeof trustBundleSchema>;

/** The bundle in the words of the domain. */
export function trustBundleOf({ version, issuedAt, keys, revoked }: TrustBundleMessage): TrustBundle {
  return {
    version,
    issuedAtUtcMs: Date.parse(issuedAt),
    keys: keys.map(({ notBefore, notAfter, ...rest }) => ({
      ...rest,
      ...(notBefore === undefined ? {} : { notBeforeUtcMs: Date.parse(notBefore) }),
      ...(notAfter === undefined ? {} : { notAfterUtcMs: Date.parse(notAfter) }),
    })),
    revoked: revoked.map(({ revokedAt, ...rest }) => ({ ...rest, revokedAtUtcMs: Date.parse(revokedAt) })),
  };
}
