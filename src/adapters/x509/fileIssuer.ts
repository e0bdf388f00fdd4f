import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { iso } from '../../domain/instant.ts';
import type { CertificateIssuer, Issuing } from '../../ports/certificateIssuer.ts';
import type { Entropy } from '../../ports/entropy.ts';
import { messageOf, oneLine, readCertificates } from './certificateText.ts';
import { loadX509 } from './loadX509.ts';

const DAY_MS = 86_400_000;
/** A gateway whose clock is behind takes it all the same. */
const BACKDATED_MS = 5 * 60_000;
const SERIAL_BYTES = 16;
/** How a certificate names the curves, and how WebCrypto does, with the hash that is as strong. */
const CURVES: Readonly<Record<string, { readonly namedCurve: string; readonly hash: string }>> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { namedCurve: 'P-521', hash: 'SHA-512' },
};

export interface FileIssuerOptions {
  /** Certificate (PEM) of the authority; behind it, where it is not the root, those up to the root. */
  readonly authorityFile: string;
  /** Its private key, PEM. */
  readonly authorityKeyFile: string;
  /** For how long a certificate is good. */
  readonly days: number;
  /** For serial numbers. */
  readonly entropy: Entropy;
}

export type FileIssuerResult =
  | { readonly ok: true; readonly issuer: CertificateIssuer }
  | { readonly ok: false; readonly detail: string };

/** Signs with a key from a file, which is read once. The name must be a CN alone: what else stood there nobody would vouch for. */
export function openFileIssuer({
  authorityFile,
  authorityKeyFile,
  days,
  entropy,
}: FileIssuerOptions): FileIssuerResult {
  try {
    const chain = readCertificates(readFileSync(authorityFile, 'utf8'));
    const [authority] = chain;
    const key = createPrivateKey(readFileSync(authorityKeyFile));
    if (!authority.ca) throw new Error(`"${oneLine(authority.subject)}" may not sign certificates (CA:TRUE)`);
    if (!authority.checkPrivateKey(key))
      throw new Error(`${authorityKeyFile} holds the key of another certificate`);
    const signing = signingOf(key);
    // The root itself is known to whoever checks.
    const sent = chain.filter((each) => !each.checkIssued(each)).map((each) => each.toString());
    return {
      ok: true,
      issuer: {
        issue: async (csr, name, nowUtcMs) => {
          try {
            return await issue({ authority, key, signing, sent, csr, name, days, entropy, nowUtcMs });
          } catch (error) {
            return { ok: false, cause: `the request cannot be signed: ${messageOf(error)}` };
          }
        },
      },
    };
  } catch (error) {
    const expected = 'expected the certificate of an authority (PEM) and its private key';
    return { ok: false, detail: `${authorityFile}: ${expected}, found: ${messageOf(error)}.` };
  }
}

type Signing =
  | { readonly name: 'ECDSA'; readonly namedCurve: string; readonly hash: string }
  | { readonly name: 'RSASSA-PKCS1-v1_5'; readonly hash: string };

function signingOf(key: KeyObject): Signing {
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (key.asymmetricKeyType === 'ec' && curve !== undefined) return { name: 'ECDSA', ...curve };
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  throw new Error(`a key of the kind ${key.asymmetricKeyType}; it is to be RSA, or on P-256, P-384 or P-521`);
}

interface Order {
  readonly authority: X509Certificate;
  readonly key: KeyObject;
  readonly signing: Signing;
  readonly sent: readonly string[];
  readonly csr: string;
  readonly name: string;
  readonly days: number;
  readonly entropy: Entropy;
  readonly nowUtcMs: number;
}

async function issue({
  authority,
  key,
  signing,
  sent,
  csr,
  name,
  days,
  entropy,
  nowUtcMs,
}: Order): Promise<Issuing> {
  const x509 = await loadX509();
  const refused = (cause: string): Issuing => ({ ok: false, cause });
  const request = new x509.Pkcs10CertificateRequest(csr);
  const { publicKey, subjectName } = request;
  const curve = 'namedCurve' in publicKey.algorithm ? publicKey.algorithm.namedCurve : undefined;
  if (curve !== 'P-256') return refused('its key is not on the curve P-256');
  if (!(await request.verify())) return refused('it is not signed with the key that it names');
  const wanted = JSON.stringify([{ CN: [name] }]);
  if (JSON.stringify(subjectName.toJSON()) !== wanted) {
    return refused(
      `it is by "${subjectName.toString()}"; a certificate of this gateway has the name CN=${name} alone`,
    );
  }
  const authorityUntilUtcMs = authority.validToDate.getTime();
  if (authorityUntilUtcMs <= nowUtcMs) return refused(`the authority expired at ${iso(authorityUntilUtcMs)}`);
  const untilUtcMs = Math.floor(Math.min(nowUtcMs + days * DAY_MS, authorityUntilUtcMs) / 1_000) * 1_000;
  const issuer = new x509.X509Certificate(authority.raw);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(entropy.identifier()),
    subject: subjectName,
    issuer: issuer.subjectName,
    notBefore: new Date(nowUtcMs - BACKDATED_MS),
    notAfter: new Date(untilUtcMs),
    publicKey,
    signingKey: key.toCryptoKey(signing, false, ['sign']),
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  const certificates = [new X509Certificate(Buffer.from(certificate.rawData)).toString(), ...sent].join('');
  return { ok: true, certificates, serial: certificate.serialNumber, untilUtcMs };
}

/** Positive, and never zero at its head, whoever reads it (RFC 5280, section 4.1.2.2). */
function serialNumber(identifier: string): string {
  const bytes = createHash('sha256').update(identifier).digest().subarray(0, SERIAL_BYTES);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
