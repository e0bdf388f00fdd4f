import { z } from 'zod';
import { CONSENT_STATES } from './status.ts';

const standing = {
  state: z.enum(CONSENT_STATES),
  textVersion: z.string().optional(),
  /** Since when it stands so, as far as it was said. */
  at: z.string().optional(),
};

/** What `GET /consent` on the gateway's local socket answers: where each purpose and each person stands. */
export const consentViewSchema = z.object({
  schema: z.literal('loadgate.consent-view/1'),
  purposes: z.array(
    z.object({
      purpose: z.string(),
      title: z.string(),
      /** What leaves the house because of it. */
      leaves: z.string(),
      ...standing,
      /** That is to be agreed to; absent: there is none, so it cannot be given. */
      text: z.object({ version: z.string(), appliesFrom: z.string().optional() }).optional(),
      persons: z.array(
        z.object({
          person: z.string(),
          ...standing,
          how: z.string().optional(),
          evidence: z.string().optional(),
          expiresAt: z.string().optional(),
          /** Whether the back office has this; absent: nothing was said. */
          isAcknowledged: z.boolean().optional(),
        }),
      ),
    }),
  ),
});

export type ConsentReport = z.infer<typeof consentViewSchema>;
