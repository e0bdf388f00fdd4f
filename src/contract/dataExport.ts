import { z } from 'zod';
import { sha256Schema } from './words.ts';

/** manifest.json of the folder that `loadgate data export` writes: what is in it, so that a copy can be checked. */
export const dataExportManifestSchema = z.strictObject({
  schema: z.literal('loadgate.data-export/1'),
  /** Absent: neither the settings nor the journal name it. */
  gatewayId: z.string().exactOptional(),
  madeAt: z.iso.datetime(),
  software: z.string(),
  timeZone: z.string(),
  /** What could not be included, and why. */
  notIncluded: z.array(z.string()),
  files: z.array(
    z.strictObject({
      name: z.string(),
      what: z.string(),
      bytes: z.int().nonnegative(),
      sha256: sha256Schema,
    }),
  ),
});

export type DataExportManifest = z.infer<typeof dataExportManifestSchema>;
