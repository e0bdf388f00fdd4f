import type { Mistake } from '../config/mistake.ts';
import type { TrustSettings } from '../config/settings.ts';
import { readTrustFiles } from '../config/trustFiles.ts';
import { readTrustBundle } from '../sync/readTrustBundle.ts';
import type { Context } from './context.ts';

/** What is wrong with the bundle of the enrolment itself; that its files can be read is judged with the settings. */
export async function checkTrust(settings: TrustSettings, context: Context): Promise<readonly Mistake[]> {
  const files = readTrustFiles(settings);
  if (!files.ok || files.files.bundleJws === undefined) return [];
  const { rootKeys, bundleJws } = files.files;
  const verify = (await context.compose()).openVerifier();
  const read = await readTrustBundle(bundleJws, { rootKeys, verify });
  if (read.ok) return [];
  return [
    {
      source: settings.bundleFile ?? '',
      path: '',
      expected: `a trust bundle signed by a key of ${settings.rootKeysFile}`,
      found: read.cause,
      toDo: 'take the file of the enrolment again, or have the bundle signed by that root',
    },
  ];
}
