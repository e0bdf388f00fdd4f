import { z } from 'zod';
import { areaIdSchema } from '../restriction.ts';
import { CONSENT_STATES } from '../status.ts';
import { gatewayIdSchema } from '../topics.ts';
import { distributorSchema, identifierSchema, publicKeySchema, wordsSchema } from '../words.ts';

/** Where a household stands. never: nobody has asked, or it is not known here. */
export const consentStateSchema = z.enum(CONSENT_STATES);
export type ConsentStand = z.infer<typeof consentStateSchema>;

/** One gateway as a registrar hands it in. No names, addresses or numbers of people: a strict schema refuses them. */
export const registrationSchema = z.strictObject({
  gatewayId: gatewayIdSchema,
  distributor: distributorSchema,
  feeder: areaIdSchema,
  substation: areaIdSchema.exactOptional(),
  /** The supplier's market id or another pseudonym that the supplier knows. */
  supplierId: identifierSchema.exactOptional(),
  consent: consentStateSchema.exactOptional(),
  /** Text that was agreed to; with a consent that was given. */
  consentText: wordsSchema(64).exactOptional(),
  /** Absent: the first key that the gateway shows on its own topic is taken, and shown as such. */
  publicKey: publicKeySchema.exactOptional(),
});
export type Registration = z.infer<typeof registrationSchema>;

/** Body of `POST /api/gateways/import`; the same gateway again changes it. */
export const importSchema = z.strictObject({ gateways: z.array(registrationSchema).min(1).max(20_000) });
export const importResultSchema = z.object({ added: z.int(), changed: z.int(), unchanged: z.int() });
export type ImportResult = z.infer<typeof importResultSchema>;

/** Present load of some gateways: the sum of those whose figures are fresh, and how many are not known. */
const presentLoadSchema = z.object({
  /** Net import at the connection points, W; negative is export. */
  importW: z.number(),
  chargePointsW: z.number(),
  /** Gateways in these sums. */
  known: z.int(),
  unknown: z.int(),
});

/** A feeder or a substation; `GET /api/areas` gives a list of them. */
export const areaSummarySchema = z.object({
  areaId: areaIdSchema,
  kind: z.enum(['feeder', 'substation']),
  distributor: distributorSchema,
  homes: z.int(),
  consenting: z.int(),
  /** Heard from within five minutes, and not said to be gone. */
  reachable: z.int(),
  load: presentLoadSchema,
  /** Notices that are being sent, wait for their beginning or are live here. */
  liveNotices: z.array(z.object({ noticeId: z.string(), isRehearsal: z.boolean() })),
});
export type AreaSummary = z.infer<typeof areaSummarySchema>;
export const areasSchema = z.object({ at: z.string(), areas: z.array(areaSummarySchema) });
export type Areas = z.infer<typeof areasSchema>;

export const gatewayRowSchema = z.object({
  gatewayId: gatewayIdSchema,
  distributor: distributorSchema,
  feeder: areaIdSchema,
  substation: areaIdSchema.exactOptional(),
  supplierId: z.string().exactOptional(),
  consent: consentStateSchema,
  consentText: z.string().exactOptional(),
  /** registered: given by the registrar; pinned: the first that the gateway showed itself; none: receipts cannot be checked yet. */
  key: z.enum(['registered', 'pinned', 'none']),
  keyId: z.string().exactOptional(),
  isReachable: z.boolean(),
  /** Absent: never heard from. */
  lastSeenAt: z.string().exactOptional(),
  version: z.string().exactOptional(),
  importW: z.number().exactOptional(),
  chargePointsW: z.number().exactOptional(),
  /** Age of these two, seconds. */
  loadAgeSeconds: z.number().exactOptional(),
  /** The last point up to which the gateway vouched for its journal. */
  checkpoint: z
    .object({ journalId: z.string(), record: z.int(), hash: z.string(), at: z.string() })
    .exactOptional(),
});
export type GatewayRow = z.infer<typeof gatewayRowSchema>;

/** `GET /api/gateways?area=&search=&consent=&page=&pageSize=`; pages from 1, at most 500 rows. */
export const gatewayPageSchema = z.object({
  total: z.int(),
  page: z.int(),
  pageSize: z.int(),
  rows: z.array(gatewayRowSchema),
});
export type GatewayPage = z.infer<typeof gatewayPageSchema>;

/** `GET /api/set-aside?limit=`: messages that were not believed, newest first. */
export const setAsideSchema = z.object({
  messages: z.array(
    z.object({
      at: z.string(),
      topic: z.string(),
      gatewayId: z.string().exactOptional(),
      cause: z.string(),
      /** The first 2,000 characters. */
      payload: z.string(),
    }),
  ),
});
export type SetAside = z.infer<typeof setAsideSchema>;

/** Body of `POST /api/trust`: a trust bundle that a root key has signed. The broker keeps it for every gateway. */
export const publishTrustSchema = z.strictObject({ jws: z.string().max(262_144) });
export const publishedTrustSchema = z.object({ version: z.int(), keys: z.int(), revoked: z.int() });
export type PublishedTrust = z.infer<typeof publishedTrustSchema>;
