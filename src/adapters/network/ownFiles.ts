import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IdentitySeen } from '../../ports/network.ts';
import { oneLine } from './oneLine.ts';

/** Paths, as the settings name them. */
export interface OwnFilePaths {
  readonly certificateAuthorityFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
  readonly passwordFile?: string;
}

/** What a connection to the broker is made with. */
export interface OwnFiles {
  /** Absent: the authorities known to Node.js. */
  readonly authority?: Buffer;
  readonly certificate?: Buffer;
  readonly key?: Buffer;
}

/** The certificate by which the gateway shows who it is, as the files hold it now. */
export function readIdentity({ certificateFile, keyFile, passwordFile }: OwnFilePaths): IdentitySeen {
  try {
    if (passwordFile !== undefined) readFileSync(passwordFile);
    if (certificateFile === undefined || keyFile === undefined) return { kind: 'none' };
    const certificate = new X509Certificate(readFileSync(certificateFile));
    const key = createPrivateKey(readFileSync(keyFile));
    const subject = oneLine(certificate.subject);
    if (!certificate.checkPrivateKey(key)) return { kind: 'keyDiffers', subject };
    const { validFromDate, validToDate } = certificate;
    return { kind: 'usable', subject, fromUtcMs: validFromDate.getTime(), untilUtcMs: validToDate.getTime() };
  } catch (error) {
    return { kind: 'unusable', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** @throws when the file of the authority cannot be read; what is wrong with the others is told by the identity */
export function readOwnFiles(paths: OwnFilePaths): OwnFiles {
  const { certificateAuthorityFile, certificateFile, keyFile } = paths;
  const authority =
    certificateAuthorityFile === undefined ? {} : { authority: readFileSync(certificateAuthorityFile) };
  if (certificateFile === undefined || keyFile === undefined) return authority;
  if (readIdentity({ certificateFile, keyFile }).kind !== 'usable') return authority;
  return { ...authority, certificate: readFileSync(certificateFile), key: readFileSync(keyFile) };
}
