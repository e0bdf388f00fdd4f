import { readFileSync } from 'node:fs';

/** Paths. They are read at every attempt, so a renewed certificate or password needs no restart. */
export interface CredentialFiles {
  readonly passwordFile?: string;
  /** PEM of the authority that signs the broker's certificate. Absent: the ones known to Node.js. */
  readonly certificateAuthorityFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
}

export interface Credentials {
  readonly password?: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export type CredentialReading =
  | { readonly ok: true; readonly credentials: Credentials }
  | { readonly ok: false; readonly detail: string };

export function readCredentials(files: CredentialFiles): CredentialReading {
  const { passwordFile, certificateAuthorityFile, certificateFile, keyFile } = files;
  try {
    return {
      ok: true,
      credentials: {
        // The line break at the end is the editor's, not the password's.
        ...(passwordFile !== undefined && {
          password: readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, ''),
        }),
        ...(certificateAuthorityFile !== undefined && { ca: readFileSync(certificateAuthorityFile) }),
        ...(certificateFile !== undefined && { cert: readFileSync(certificateFile) }),
        ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
      },
    };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, detail: `A file with credentials for the broker cannot be read: ${detail}` };
  }
}
