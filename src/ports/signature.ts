/** What a signed text says of itself before anything was checked. */
export interface SignedHeader {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  /** UTF-8 of the payload. */
  readonly payload: string;
}

/** Compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037), and nothing else. */
export interface SignatureReader {
  /** Takes a compact JWS apart without believing it. @returns undefined when it is none */
  takeApart(jws: string): SignedHeader | undefined;
  /** @param publicKey raw Ed25519 key, base64url. Never throws; a key that is none gives false. */
  isSignedBy(jws: string, publicKey: string): Promise<boolean>;
  /** By which a text is named, whoever has signed it. @returns SHA-256, hexadecimal */
  sha256(bytes: Uint8Array): string;
}

/** Signs with one key, which need not be on this machine: a file, a hardware module, a key service. */
export interface Signer {
  readonly keyId: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  /** @returns a compact JWS over the JSON of the payload. Rejects when the key cannot be used. */
  sign(payload: object): Promise<string>;
}

/**
 * The gateway's own key. It signs at once: a receipt goes to the disk in the same transaction as what it tells of.
 */
export interface OwnSigner {
  readonly keyId: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  sign(payload: object): string;
}
