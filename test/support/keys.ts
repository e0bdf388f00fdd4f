import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicName } from '../../src/contract/topics.ts';
import { type TrustBundleMessage, trustBundleOf } from '../../src/contract/trustBundle.ts';
import { distributorOf } from '../../src/domain/mpan.ts';
import type { SitePlan } from '../../src/domain/sitePlan.ts';
import type { TrustBundle } from '../../src/domain/trustBundle.ts';

/** A key pair of the test's own, which signs without the code under test. */
export interface TestSigner {
  readonly keyId: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
  /** A compact JWS over the JSON of the payload, or over a text as it is; members of the header may be added or replaced. */
  sign(payload: unknown, header?: object): string;
}

/** @param keyId absent: the thumbprint of the key (RFC 7638) */
export function makeSigner(keyId?: string): TestSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = String(publicKey.export({ format: 'jwk' }).x);
  const thumbprint = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${raw}"}`);
  const kid = keyId ?? thumbprint.digest('base64url');
  return {
    keyId: kid,
    publicKey: raw,
    privateKey,
    sign: (payload, header = {}) => {
      const signed = `${encode({ alg: 'EdDSA', kid, ...header })}.${encode(payload)}`;
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}

/** Everybody who signs for a home, and the bundle that says so. */
export interface TestKeys {
  readonly root: TestSigner;
  /** The controlling party. */
  readonly party: TestSigner;
  readonly distributor: TestSigner;
  readonly backOffice: TestSigner;
  readonly bundle: TrustBundle;
  readonly bundleJws: string;
  /** As the inbox takes it. */
  readonly trust: { readonly rootKeys: readonly string[]; readonly bundle: TrustBundle };
}

interface Change {
  /** Distributor ids of the distributor's key. */
  readonly distributors?: string[];
  /** As the site plan may name it. */
  readonly partyId?: string;
}

/** Long before every recording, so that it is right at any time of a story. */
const ISSUED_AT = '2000-01-01T00:00:00Z';

export function makeKeys({ distributors = ['12'], partyId = 'party' }: Change = {}): TestKeys {
  const root = makeSigner();
  const party = makeSigner('party-1');
  const distributor = makeSigner('distributor-1');
  const backOffice = makeSigner('back-office-1');
  const message: TrustBundleMessage = {
    schema: 'loadgate.trust-bundle/1',
    version: 1,
    issuedAt: ISSUED_AT,
    keys: [
      { keyId: party.keyId, role: 'controllingParty', party: partyId, publicKey: party.publicKey },
      { keyId: distributor.keyId, role: 'distributor', distributors, publicKey: distributor.publicKey },
      { keyId: backOffice.keyId, role: 'backOffice', publicKey: backOffice.publicKey },
    ],
    revoked: [],
  };
  const bundle = trustBundleOf(message);
  return {
    root,
    party,
    distributor,
    backOffice,
    bundle,
    bundleJws: root.sign(message),
    trust: { rootKeys: [root.publicKey], bundle },
  };
}

/** Of the distributor and the party that a site plan names. */
export function makeKeysFor({ supply, controllingParty }: SitePlan): TestKeys {
  return makeKeys({
    ...(supply !== undefined && { distributors: [distributorOf(supply.mpan)] }),
    ...(controllingParty?.partyId !== undefined && { partyId: controllingParty.partyId }),
  });
}

/**
 * A command as the one signs it who may give it. What every control says of itself, for whom and since when, is filled in
 * where the body leaves it out.
 */
export function signCommand(
  keys: TestKeys,
  topic: TopicName,
  body: object,
  { gatewayId, utcMs }: { readonly gatewayId: string; readonly utcMs: number },
): string {
  if (topic === 'trust') return keys.root.sign(body);
  if (topic === 'restriction' || topic === 'areaRestriction') return keys.distributor.sign(body);
  if (topic === 'rangeRequest' || topic.startsWith('consent')) return keys.backOffice.sign(body);
  const issuedAt = topic === 'heartbeat' ? {} : { issuedAt: new Date(utcMs).toISOString() };
  return keys.party.sign({ gatewayId, ...issuedAt, ...body });
}

/** Writes what a gateway process has to know into its folder. @returns the settings that name the files */
export function writeTrust(
  folder: string,
  { root, bundleJws }: TestKeys,
): { readonly trust: { readonly rootKeysFile: string; readonly bundleFile: string } } {
  const rootKeysFile = join(folder, 'root-keys.pem');
  const bundleFile = join(folder, 'trust.jws');
  writeFileSync(rootKeysFile, publicPemOf(root));
  writeFileSync(bundleFile, bundleJws);
  return { trust: { rootKeysFile, bundleFile } };
}

/** The private key of a signer as a file, for commands that sign. @returns its path */
export function writePrivateKey(file: string, { privateKey }: TestSigner): string {
  writeFileSync(file, String(privateKey.export({ type: 'pkcs8', format: 'pem' })), { mode: 0o600 });
  return file;
}

function publicPemOf({ publicKey }: TestSigner): string {
  const der = Buffer.concat([
    // SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the key itself.
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(publicKey, 'base64url'),
  ]);
  return `-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`;
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}
