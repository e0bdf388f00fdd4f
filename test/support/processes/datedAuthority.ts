import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from './pki.ts';

const DAY_MS = 86_400_000;

export interface Wanted {
  /** Ends with this many days from now; negative: has ended. Default 2. */
  readonly untilDays?: number;
  /** Begins with this many days from now. Default -5. */
  readonly fromDays?: number;
  /** As OpenSSL wants them. Default: DNS:localhost, IP:127.0.0.1, IP:::1 */
  readonly names?: string;
}

/** A certificate authority of a test's own whose certificates may lie in the past, in the future, or be for other names. */
export class DatedAuthority {
  readonly certificateFile: string;
  readonly #folder: string;
  readonly #name: string;

  /** @param folder must exist, and hold nothing of another authority of this name */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.certificateFile = join(folder, `${name}.crt`);
    writeFileSync(join(folder, `${name}.index`), '');
    this.#configure('DNS:localhost');
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      `${name}.key`,
    ];
    const own = [
      '-x509',
      '-extensions',
      'authority',
      '-days',
      '9',
      '-subj',
      `/CN=${name}`,
      '-out',
      `${name}.crt`,
    ];
    this.#openssl(['req', '-config', `${name}.cnf`, ...key, ...own]);
  }

  issue(name: string, { untilDays = 2, fromDays = -5, names }: Wanted = {}): Identity {
    this.#configure(names ?? 'DNS:localhost, IP:127.0.0.1, IP:::1');
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      `${name}.key`,
    ];
    const configuration = ['-config', `${this.#name}.cnf`];
    this.#openssl(['req', ...configuration, ...key, '-subj', `/CN=${name}`, '-out', `${name}.csr`]);
    const span = ['-startdate', stamp(fromDays), '-enddate', stamp(untilDays)];
    const signed = ['-extensions', 'leaf', '-in', `${name}.csr`, '-out', `${name}.crt`];
    this.#openssl(['ca', ...configuration, '-batch', '-notext', '-rand_serial', ...span, ...signed]);
    const keyFile = join(this.#folder, `${name}.key`);
    chmodSync(keyFile, 0o600);
    const certificateFile = join(this.#folder, `${name}.crt`);
    return { certificateAuthorityFile: this.certificateFile, certificateFile, keyFile };
  }

  /** Writes the list of all that were revoked, anew. @param names as they were issued; none: nothing is revoked */
  revoke(...names: readonly string[]): string {
    const configuration = ['-config', `${this.#name}.cnf`];
    for (const name of names) this.#openssl(['ca', ...configuration, '-revoke', `${name}.crt`]);
    this.#openssl(['ca', ...configuration, '-gencrl', '-crldays', '2', '-out', `${this.#name}.crl`]);
    return join(this.#folder, `${this.#name}.crl`);
  }

  #configure(names: string): void {
    writeFileSync(
      join(this.#folder, `${this.#name}.cnf`),
      `[req]
distinguished_name = name
prompt = no
[name]
CN = overridden
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = critical, CA:FALSE
subjectAltName = ${names}
[ca]
default_ca = own
[own]
database = ${this.#name}.index
new_certs_dir = .
serial = ${this.#name}.serial
certificate = ${this.#name}.crt
private_key = ${this.#name}.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`,
    );
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }
}

/** YYYYMMDDHHMMSSZ */
function stamp(days: number): string {
  const at = new Date(Date.now() + days * DAY_MS).toISOString();
  return `${at.replace(/[-:T]/g, '').slice(0, 14)}Z`;
}
