import { z } from 'zod';
import { gatewayIdSchema } from './topics.ts';
import { publicKeySchema, sha256Schema } from './words.ts';

/** manifest.json of a backup: what it is, for people and for `loadgate restore`. The hashes stand in SHA256SUMS beside it. */
export const backupManifestSchema = z.strictObject({
  schema: z.literal('loadgate.backup/1'),
  /** Absent: no settings were named. */
  gatewayId: gatewayIdSchema.exactOptional(),
  publicKey: publicKeySchema,
  keyId: z.string(),
  journalId: z.string().regex(/^[0-9a-f]{8}$/),
  /** The last record of the journal; absent: it has not begun. */
  head: z.strictObject({ record: z.int().positive(), hash: sha256Schema }).exactOptional(),
  madeAt: z.iso.datetime(),
  /** The last commit that is in it. */
  recordedUntil: z.iso.datetime(),
  software: z.string(),
  /** Copies of the settings and of the files that they name: where each lay. */
  settings: z.array(z.strictObject({ name: z.string(), path: z.string() })),
});

export type BackupManifest = z.infer<typeof backupManifestSchema>;
