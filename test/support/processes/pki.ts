import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of one who is known by a certificate, named as the settings of a broker connection name them. */
export interface Identity {
  readonly certificateAuthorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

const CONFIGURATION = `[req]
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
subjectAltName = IP:127.0.0.1, DNS:localhost
[client]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = clientAuth
`;

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority of a test's own, by openssl: keys on P-256, certificates for two days. */
export class CertificateAuthority {
  readonly certificateFile: string;
  readonly #folder: string;
  readonly #name: string;

  /**
   * @param folder must exist; keys and certificates lie in it
   * @param name tells two authorities of one folder apart
   */
  constructor(folder: string, name = 'authority') {
    this.#folder = folder;
    this.#name = name;
    this.certificateFile = join(folder, `${name}.crt`);
    writeFileSync(join(folder, 'openssl.cnf'), CONFIGURATION);
    this.#request(name, 'authority', []);
  }

  /** For a broker at the loopback address. */
  issueServer(name: string): Identity {
    return this.#issue(name, 'server');
  }

  /** @param name what a broker takes for the user name: a gatewayId, or the desk */
  issueClient(name: string): Identity {
    return this.#issue(name, 'client');
  }

  #issue(name: string, use: 'server' | 'client'): Identity {
    const signedBy = ['-CA', this.certificateFile, '-CAkey', join(this.#folder, `${this.#name}.key`)];
    const keyFile = this.#request(name, use, signedBy);
    const certificateFile = join(this.#folder, `${name}.crt`);
    return { certificateAuthorityFile: this.certificateFile, certificateFile, keyFile };
  }

  #request(name: string, use: 'authority' | 'server' | 'client', signedBy: readonly string[]): string {
    const keyFile = join(this.#folder, `${name}.key`);
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-config', 'openssl.cnf', '-extensions', use, ...NEW_KEY, ...signedBy],
        ...['-days', '2', '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', `${name}.crt`],
      ],
      { cwd: this.#folder, stdio: 'pipe' },
    );
    chmodSync(keyFile, 0o600);
    return keyFile;
  }
}
