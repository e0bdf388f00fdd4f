import { z } from 'zod';

/** Chosen by the sender. The same id again is a repetition and changes nothing. */
export const identifierSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);

/** For people, in logs and on screens, so without characters that steer a terminal. */
export function wordsSchema(mostCharacters: number) {
  return z
    .string()
    .min(1)
    .max(mostCharacters)
    .regex(/^\P{Cc}*$/u);
}

export const instantSchema = z.iso.datetime({ offset: true });

/** Names a key: a name that somebody chose, or its thumbprint (RFC 7638), which is base64url. */
export const keyIdSchema = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,63}$/);

/** SHA-256, hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const distributorSchema = z.string().regex(/^\d{2}$/);

/** A raw Ed25519 public key: 32 bytes, base64url without padding. */
export const publicKeySchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
