import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Asking,
  type Examination,
  type Kept,
  NOTHING_ASKED,
  type OwnCertificates,
  type ShownFiles,
} from '../../ports/certificates.ts';
import { factsOf, messageOf, readCertificates } from './certificateText.ts';
import { chainProblem } from './chain.ts';
import { moveFile, removeFile, replaceFile } from './durableFile.ts';
import { makeRequest } from './makeRequest.ts';

/** id-kp-clientAuth (RFC 5280, section 4.2.1.12) */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

/** Digits of the fingerprint that tell two certificates of the settings apart. */
const ORIGIN_DIGITS = 16;

/** What a gateway keeps of its certificates in its state directory begins with this. */
export const OWN_CERTIFICATES = 'broker-certificate-';

export interface OwnCertificatesOptions {
  /** The certificate of the enrolment and its key, as the settings name them. Never written. */
  readonly enrolled: ShownFiles;
  /** Certificates (PEM) of the authorities that sign those of gateways. Absent: no new one can be examined. */
  readonly authorityFile?: string;
  readonly stateDirectory: string;
}

/** The asking as its file holds it, with the key that no other file has. */
interface KeptAsking extends Asking {
  readonly key?: string;
}

/**
 * Certificates as files. A renewed one lies with its key in one file, so that the two are never of different renewals. Each
 * file bears in its name the certificate of the settings that it goes back to: as soon as somebody puts another one there,
 * that one counts, and what was renewed before it is removed.
 */
export function openOwnCertificates(options: OwnCertificatesOptions): OwnCertificates {
  return new FileCertificates(options);
}

class FileCertificates implements OwnCertificates {
  readonly enrolled: ShownFiles;
  readonly #options: OwnCertificatesOptions;
  /** Of the request that was made last; kept with the asking. */
  #key: string | undefined;

  constructor(options: OwnCertificatesOptions) {
    this.#options = options;
    this.enrolled = options.enrolled;
  }

  present(): ReturnType<OwnCertificates['present']> {
    const { certificateFile } = this.presentFiles();
    try {
      return { ok: true, facts: factsOf(readCertificates(readFileSync(certificateFile, 'utf8'))[0]) };
    } catch (error) {
      return { ok: false, detail: `${certificateFile}: expected a certificate (PEM), ${messageOf(error)}` };
    }
  }

  presentFiles(): ShownFiles {
    const renewed = this.#pathOf('pem');
    if (renewed === undefined || this.#leafOf(renewed) === undefined) return this.enrolled;
    return { certificateFile: renewed, keyFile: renewed };
  }

  candidate(): ReturnType<OwnCertificates['candidate']> {
    const path = this.#pathOf('new.pem');
    const leaf = path === undefined ? undefined : this.#leafOf(path);
    return leaf === undefined ? undefined : factsOf(leaf);
  }

  candidateFiles(): ShownFiles {
    const path = this.#pathOf('new.pem') ?? this.enrolled.certificateFile;
    return { certificateFile: path, keyFile: path };
  }

  asking(): Asking {
    const { key: _, ...asking } = this.#keptAsking();
    return asking;
  }

  keepAsking(asking: Asking): Kept {
    return this.#write('asking.json', () => {
      const key = this.#key ?? this.#keptAsking().key;
      const kept: KeptAsking = {
        ...asking,
        ...(asking.request !== undefined && key !== undefined && { key }),
      };
      return `${JSON.stringify(kept, null, 2)}\n`;
    });
  }

  async makeRequest(): ReturnType<OwnCertificates['makeRequest']> {
    try {
      const { certificateFile } = this.presentFiles();
      const [certificate] = readCertificates(readFileSync(certificateFile, 'utf8'));
      const { request, key } = await makeRequest(certificate);
      this.#key = key;
      return { ok: true, request };
    } catch (error) {
      return { ok: false, detail: messageOf(error) };
    }
  }

  examine(pem: string): Examination {
    const { key } = this.#keptAsking();
    const { authorityFile } = this.#options;
    if (authorityFile === undefined) return { ok: false, detail: 'no authority is set' };
    try {
      const [certificate, ...others] = readCertificates(pem);
      const authorities = readCertificates(readFileSync(authorityFile, 'utf8'));
      const problem = chainProblem(certificate, others, authorities);
      return {
        ok: true,
        facts: factsOf(certificate),
        fitsKey: key !== undefined && certificate.checkPrivateKey(createPrivateKey(key)),
        isForClients: !certificate.ca && certificate.keyUsage?.includes(CLIENT_AUTHENTICATION) === true,
        ...(problem !== undefined && { chainProblem: problem }),
      };
    } catch (error) {
      return { ok: false, detail: messageOf(error) };
    }
  }

  keepCandidate(pem: string): Kept {
    const kept = this.#write('new.pem', () => {
      const { key } = this.#keptAsking();
      if (key === undefined) throw new Error('the key of the request is gone');
      return `${key.trim()}\n${pem.trim()}\n`;
    });
    if (!kept.ok) return kept;
    const { request: _, ...asking } = this.asking();
    this.#key = undefined;
    // Where this fails a request stays that nobody waits for; the next renewal makes its own.
    this.keepAsking(asking);
    return kept;
  }

  adoptCandidate(): Kept {
    return this.#change('new.pem', (path) => moveFile(path, path.replace(/new\.pem$/, 'pem')));
  }

  dropCandidate(): Kept {
    return this.#change('new.pem', removeFile);
  }

  #keptAsking(): KeptAsking {
    const path = this.#pathOf('asking.json');
    if (path === undefined) return NOTHING_ASKED;
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as KeptAsking;
    } catch {
      // There is none, or a disk has spoilt it: it is asked anew, with a new key.
      return NOTHING_ASKED;
    }
  }

  #write(name: string, text: () => string): Kept {
    return this.#change(name, (path) => {
      this.#clearOthers(path);
      replaceFile(path, text());
    });
  }

  #change(name: string, change: (path: string) => void): Kept {
    const path = this.#pathOf(name);
    if (path === undefined) {
      return { ok: false, detail: `${this.enrolled.certificateFile} cannot be read` };
    }
    try {
      change(path);
      return { ok: true };
    } catch (error) {
      return { ok: false, detail: `${path}: ${messageOf(error)}` };
    }
  }

  /** What goes back to a certificate that the settings do not name any more. */
  #clearOthers(path: string): void {
    const { stateDirectory } = this.#options;
    const own = path.slice(0, join(stateDirectory, OWN_CERTIFICATES).length + ORIGIN_DIGITS);
    for (const name of readdirSync(stateDirectory)) {
      const other = join(stateDirectory, name);
      if (name.startsWith(OWN_CERTIFICATES) && !other.startsWith(own)) removeFile(other);
    }
  }

  /** @returns undefined when the certificate of the settings cannot be read, so that nothing goes back to it */
  #pathOf(name: string): string | undefined {
    const { stateDirectory } = this.#options;
    const enrolledLeaf = this.#leafOf(this.enrolled.certificateFile);
    if (enrolledLeaf === undefined) return undefined;
    const origin = factsOf(enrolledLeaf).fingerprint.slice(0, ORIGIN_DIGITS);
    return join(stateDirectory, `${OWN_CERTIFICATES}${origin}.${name}`);
  }

  #leafOf(path: string): X509Certificate | undefined {
    try {
      return readCertificates(readFileSync(path, 'utf8'))[0];
    } catch {
      return undefined;
    }
  }
}
