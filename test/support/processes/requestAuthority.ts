import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from './pki.ts';

/** What a certificate may be used for. */
export type Use = 'client' | 'unmarkedClient' | 'signingClient' | 'server' | 'authority' | 'anything';

export interface Term {
  /** From now; negative: before. Default -60 s. */
  readonly fromMs?: number;
  /** From now. Default one day. */
  readonly untilMs?: number;
  readonly use?: Use;
  /** As OpenSSL writes it, /CN=…; absent: that of the request. */
  readonly subject?: string;
}

/** Signs requests (PKCS#10) by openssl, for spans to the second: what the gateway makes meets another program's reading. */
export class RequestAuthority {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly #folder: string;
  readonly #name: string;

  /**
   * @param folder must exist, and hold nothing of another authority of this name
   * @param signedBy absent: a root
   */
  constructor(folder: string, name = 'authority', signedBy?: RequestAuthority) {
    this.#folder = folder;
    this.#name = name;
    this.certificateFile = join(folder, `${name}.crt`);
    this.keyFile = join(folder, `${name}.key`);
    writeFileSync(join(folder, `${name}.index`), '');
    writeFileSync(join(folder, `${name}.cnf`), configurationOf(name));
    const request = this.#request(name);
    if (signedBy !== undefined) {
      writeFileSync(this.certificateFile, signedBy.sign(request, { use: 'authority' }));
      return;
    }
    const own = ['-x509', '-key', `${name}.key`, '-extensions', 'authority', '-days', '9'];
    this.#openssl(['req', '-config', `${name}.cnf`, ...own, '-subj', `/CN=${name}`, '-out', `${name}.crt`]);
  }

  /** A key, and a certificate for it. */
  enrol(name: string, term: Term = {}): Identity {
    const certificateFile = join(this.#folder, `${name}.crt`);
    writeFileSync(certificateFile, this.sign(this.#request(name, term.subject), term));
    return {
      certificateAuthorityFile: this.certificateFile,
      certificateFile,
      keyFile: join(this.#folder, `${name}.key`),
    };
  }

  /** @returns the certificate, PEM */
  sign(csr: string, { fromMs = -60_000, untilMs = 86_400_000, use = 'client', subject }: Term = {}): string {
    writeFileSync(join(this.#folder, 'asked.csr'), csr);
    const span = ['-startdate', stamp(fromMs), '-enddate', stamp(untilMs), '-extensions', use];
    const named = subject === undefined ? [] : ['-subj', subject];
    const files = ['-in', 'asked.csr', '-out', 'signed.crt'];
    const configuration = [
      '-config',
      `${this.#name}.cnf`,
      '-batch',
      '-notext',
      '-utf8',
      '-preserveDN',
      '-rand_serial',
    ];
    this.#openssl(['ca', ...configuration, ...span, ...named, ...files]);
    return readFileSync(join(this.#folder, 'signed.crt'), 'utf8');
  }

  #request(name: string, subject = `/CN=${name}`): string {
    const keyFile = join(this.#folder, `${name}.key`);
    this.#openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', keyFile]);
    chmodSync(keyFile, 0o600);
    const csr = ['-config', `${this.#name}.cnf`, '-key', keyFile, '-subj', subject, '-out', `${name}.csr`];
    this.#openssl(['req', '-new', '-utf8', ...csr]);
    return readFileSync(join(this.#folder, `${name}.csr`), 'utf8');
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }
}

function configurationOf(name: string): string {
  return `[req]
distinguished_name = name
prompt = no
[name]
CN = overridden
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
[client]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
# By nothing but a name it says who has signed it.
[unmarkedClient]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
authorityKeyIdentifier = none
[signingClient]
basicConstraints = critical, CA:TRUE
extendedKeyUsage = clientAuth
[anything]
basicConstraints = critical, CA:FALSE
[ca]
default_ca = own
[own]
database = ${name}.index
new_certs_dir = .
serial = ${name}.serial
certificate = ${name}.crt
private_key = ${name}.key
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
commonName = supplied
`;
}

/** YYYYMMDDHHMMSSZ */
function stamp(fromNowMs: number): string {
  const at = new Date(Date.now() + fromNowMs).toISOString();
  return `${at.replace(/[-:T]/g, '').slice(0, 14)}Z`;
}
