import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrustBundleMessage } from '../../contract/trustBundle.ts';
import { distributorOf } from '../../domain/mpan.ts';
import type { SitePlan } from '../../domain/sitePlan.ts';
import type { Composition, NamedKey } from '../context.ts';
import { publicPemOf } from '../keys/publicPem.ts';

/** Of a plan that names no supply: one of the fourteen. */
const ANY_DISTRIBUTOR = '12';

/**
 * Makes a root, a controlling party and a distributor for the time of the demonstration and writes their keys and the bundle
 * that names them into its folder: `party.key` and `distributor.key` sign what the gateway obeys.
 * @returns the settings that name the files
 */
export async function writeDemoTrust(
  folder: string,
  { supply, controllingParty }: SitePlan,
  composition: Composition,
): Promise<{ readonly rootKeysFile: string; readonly bundleFile: string }> {
  const party = make('party');
  const distributor = make('distributor');
  const root = make('root');
  const { partyId } = controllingParty ?? {};
  const bundle: TrustBundleMessage = {
    schema: 'loadgate.trust-bundle/1',
    version: 1,
    issuedAt: new Date(composition.createClock(1).now().utcMs).toISOString(),
    keys: [
      { ...party, role: 'controllingParty', ...(partyId !== undefined && { party: partyId }) },
      {
        ...distributor,
        role: 'distributor',
        distributors: [supply === undefined ? ANY_DISTRIBUTOR : distributorOf(supply.mpan)],
      },
    ],
    revoked: [],
  };
  const opened = composition.openSigner(join(folder, 'root.key'));
  if (!opened.ok) throw new Error(opened.detail);
  writeFileSync(join(folder, 'trust.jws'), await opened.signer.sign(bundle));
  writeFileSync(join(folder, 'root-keys.pem'), publicPemOf(root.publicKey));
  return { rootKeysFile: 'root-keys.pem', bundleFile: 'trust.jws' };

  function make(name: string): NamedKey {
    const made = composition.makeKey(join(folder, `${name}.key`));
    if (!made.ok) throw new Error(made.detail);
    return { keyId: made.keyId, publicKey: made.publicKey };
  }
}
