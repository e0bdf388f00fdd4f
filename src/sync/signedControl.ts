import { MOST_SIGNED_BYTES } from '../contract/topics.ts';
import type { Now } from '../domain/instant.ts';
import type { RefusalCode } from '../domain/restriction.ts';
import type { TrustBundle } from '../domain/trustBundle.ts';
import type { BusMessage } from '../ports/bus.ts';
import type { SignatureReader } from '../ports/signature.ts';
import { judgeSigner, type RightfulSigner } from './judgeSigner.ts';
import { readControl, type Schemas } from './readControl.ts';
import { refuse } from './refusal.ts';

/** The one algorithm (Ed25519, RFC 8037). */
const ALGORITHM = 'EdDSA';

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Signed by one who may give it: checks 1 to 3. */
export interface SignedMessage<T> {
  readonly ok: true;
  readonly message: T;
  readonly keyId: string;
  /** SHA-256 of the compact JWS, hexadecimal. */
  readonly sha256: string;
  readonly jws: string;
}

export interface SignedRefusal<T> {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly cause: string;
  /** SHA-256 of the bytes that came, hexadecimal. */
  readonly sha256: string;
  /** The text that came; empty when it was too long, or is nothing that can be shown. */
  readonly jws: string;
  /** What it says, where it can be read. Nobody vouches for it. */
  readonly message?: T;
}

export interface SignedControlOptions<T> {
  readonly schemas: Schemas<T>;
  readonly signerOf: (message: T) => RightfulSigner;
  readonly bundle: TrustBundle;
  readonly verify: SignatureReader;
  readonly now: Now;
}

/** Reads a command and judges its signature, in the order of REFUSALS; what comes first is what is told. */
export async function readSigned<T>(
  { payload, isRetained }: BusMessage,
  { schemas, signerOf, bundle, verify, now }: SignedControlOptions<T>,
): Promise<SignedMessage<T> | SignedRefusal<T>> {
  const sha256 = verify.sha256(payload);
  const refused = (code: RefusalCode, cause: string, jws: string, message?: T): SignedRefusal<T> => ({
    ...refuse(cause),
    code,
    sha256,
    jws,
    ...(message !== undefined && { message }),
  });
  if (payload.byteLength > MOST_SIGNED_BYTES) {
    const cause = `it has ${payload.byteLength} bytes; a command has at most ${MOST_SIGNED_BYTES}`;
    return refused('size', cause, '');
  }
  const jws = UTF8.decode(payload);
  const shown = /^[\x20-\x7e]*$/.test(jws) ? jws : '';
  const parts = verify.takeApart(jws);
  if (isRetained === true) {
    const cause = 'it was retained at the broker; a command is for now, send it without retain';
    return refused('shape', cause, shown);
  }
  if (parts === undefined) return refused('shape', whyNotSigned(jws), shown);
  if (parts.algorithm !== ALGORITHM) {
    const found = JSON.stringify(parts.algorithm);
    return refused('shape', `its algorithm is ${found}; this gateway takes "${ALGORITHM}" alone`, shown);
  }
  const reading = readControl(parts.payload, schemas);
  if (!reading.ok) return refused('shape', reading.cause, shown);
  const { message } = reading;
  const judgement = judgeSigner(parts.keyId, signerOf(message), bundle, now);
  if (!judgement.ok) return refused(judgement.code, judgement.cause, jws, message);
  const { keyId, publicKey } = judgement.key;
  if (!(await verify.isSignedBy(jws, publicKey))) {
    const cause = `its signature is not by the key ${keyId} that it names, or not of this text`;
    return refused('badSignature', cause, jws, message);
  }
  return { ok: true, message, keyId, sha256, jws };
}

/** Also of what is no signed text at all: enough to find the sender's mistake. */
function whyNotSigned(text: string): string {
  const isUnsigned = /^\s*[{["]/.test(text);
  const found = isUnsigned ? 'it is not signed' : 'it is no compact JWS';
  return `${found}; this gateway obeys only a compact JWS (header.payload.signature in base64url, with alg and kid, without spaces)`;
}
