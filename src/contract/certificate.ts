import { z } from 'zod';
import { goesUpFor } from './purpose.ts';
import { gatewayIdSchema } from './topics.ts';
import { identifierSchema, instantSchema } from './words.ts';

/** Longer ones are none of ours: with keys of RSA and a chain of three it is some 6,000. */
const MOST_PEM_CHARACTERS = 10_000;

/** PEM blocks of one kind, and nothing that steers a terminal. */
function pemSchema(label: string) {
  return z
    .string()
    .max(MOST_PEM_CHARACTERS)
    .regex(new RegExp(`^(-----BEGIN ${label}-----[A-Za-z0-9+/=\\r\\n]+-----END ${label}-----\\s*)+$`));
}

/**
 * Payload: the gateway asks for a new certificate by which the broker knows it, signed with its own key. The key of the
 * certificate stays on the box.
 */
export const certificateRequestSchema = goesUpFor(
  'operation',
  z.object({
    schema: z.literal('loadgate.certificate-request/1'),
    gatewayId: gatewayIdSchema,
    /** The same as long as it is the same request. */
    id: identifierSchema,
    at: z.iso.datetime(),
    /** PKCS#10 (RFC 2986), PEM, by the subject of the certificate in use. */
    csr: pemSchema('CERTIFICATE REQUEST'),
  }),
);

/** Payload of the back office: the new certificate. */
export const certificateSchema = z.strictObject({
  schema: z.literal('loadgate.certificate/1'),
  gatewayId: gatewayIdSchema,
  /** Of the request. */
  id: identifierSchema,
  issuedAt: instantSchema,
  /** PEM: the certificate, and behind it those between it and the authority that the gateway knows. */
  certificates: pemSchema('CERTIFICATE'),
});

export type CertificateRequest = z.infer<typeof certificateRequestSchema>;
export type CertificateMessage = z.infer<typeof certificateSchema>;

/** What `GET /certificate` on the gateway's local socket answers. */
export const certificateViewSchema = z.object({
  schema: z.literal('loadgate.certificate-view/1'),
  at: z.string(),
  /** Absent: none is set, or it cannot be read; the sentence says which. */
  certificate: z
    .object({
      subject: z.string(),
      issuer: z.string(),
      serial: z.string(),
      validFrom: z.string(),
      validUntil: z.string(),
      file: z.string(),
      /** From when on a new one is asked for; absent: never. */
      renewalFrom: z.string().optional(),
    })
    .optional(),
  /** How long it is good for, and what is known of that. */
  sentence: z.string(),
  /** Where the renewal stands. */
  renewal: z.string(),
});

export type CertificateView = z.infer<typeof certificateViewSchema>;
