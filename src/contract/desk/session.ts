import { z } from 'zod';

/**
 * What a person at the desk may do. viewer: look; engineer: draft, send and ask for an early end; authoriser: let a draft
 * or an early end of somebody else go; registrar: register gateways, publish the trust bundle, enter what households say about
 * consent, announce its texts.
 */
export const ROLES = ['viewer', 'engineer', 'authoriser', 'registrar'] as const;

export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** Log-in name of a person at the desk. Small letters, so that nobody is two people. */
export const userNameSchema = z.string().regex(/^[a-z][a-z0-9.-]{1,31}$/);

/** Body of `POST /api/login`. */
export const loginSchema = z.strictObject({
  user: z.string().max(64),
  password: z.string().max(1_024),
  /** True: for a program. The answer then holds a token and no cookie is set. */
  wantsToken: z.boolean().exactOptional(),
});

/** Answer to `POST /api/login` and `GET /api/session`. */
export const sessionSchema = z.object({
  user: userNameSchema,
  roles: z.array(roleSchema),
  /** To be sent back in the header `x-loadgate-csrf` with every request but GET. */
  csrfToken: z.string(),
  expiresAt: z.string(),
  /** Only where it was asked for: `authorization: Bearer <token>` on every request. */
  token: z.string().exactOptional(),
});
export type Session = z.infer<typeof sessionSchema>;

export const CSRF_HEADER = 'x-loadgate-csrf';

/** Body of every answer with a status from 400. */
export const refusalSchema = z.object({
  error: z.object({
    /** For programs: `notLoggedIn`, `wrongPassword`, `tooManyAttempts`, `notAllowed`, `notFound`, `wrongState`, `notValid` … */
    code: z.string(),
    /** One sentence for people: what is wrong and what to do. */
    sentence: z.string(),
    /** Where it is at fields of what was sent; `path` as in `measure.ceiling`, empty for the whole. */
    problems: z.array(z.object({ path: z.string(), sentence: z.string() })),
    /** With `tooManyAttempts`. */
    retryAfterSeconds: z.int().exactOptional(),
  }),
});
export type Refusal = z.infer<typeof refusalSchema>;
export type Problem = Refusal['error']['problems'][number];

/** Answer to `GET /api/desk`: the desk itself. */
export const deskSchema = z.object({
  version: z.string(),
  now: z.string(),
  isBrokerConnected: z.boolean(),
  /** Distributors that this desk holds a signing key of. */
  distributors: z.array(z.object({ id: z.string(), name: z.string(), keyId: z.string() })),
  /** Longest that households agreed to, single and in a rolling day, seconds. */
  longestSeconds: z.int(),
  longestInDaySeconds: z.int(),
  gateways: z.int(),
  /** Messages that were kept apart, since they could not be believed or read. */
  setAside: z.int(),
  /** Receipts of which only later ones of the same gateway came: a broker lost them, or they were set aside. */
  missingReceipts: z.int(),
  /** Version of the trust bundle that was last published from here. */
  trustVersion: z.int().exactOptional(),
});
export type Desk = z.infer<typeof deskSchema>;

/** One line of the audit trail, from the newest. `GET /api/audit?before=<entry>&limit=<n>`. */
export const auditPageSchema = z.object({
  entries: z.array(
    z.object({
      entry: z.int(),
      at: z.string(),
      /** Absent: the desk by itself, or somebody who did not get in. */
      user: z.string().exactOptional(),
      /** Such as `notice.authorised`. */
      action: z.string(),
      /** What it was done to; empty for the desk as a whole. */
      subject: z.string(),
      /** Address that the request came from; empty when the desk did it by itself. */
      from: z.string(),
      sentence: z.string(),
      hash: z.string(),
    }),
  ),
  /** Value of `before` for the next page; absent at the end. */
  before: z.int().exactOptional(),
  /** Whether the chain of hashes fits from the first entry to the last. */
  isWhole: z.boolean(),
  /** Entry at which it does not fit. */
  brokenAt: z.int().exactOptional(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;
export type AuditEntry = AuditPage['entries'][number];
