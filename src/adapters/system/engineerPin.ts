import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** About 60 ms on a small box: a guess is dear, a visit is not. */
const COST = { N: 2 ** 14, r: 8, p: 1 } as const;

/** `scrypt:<salt>:<key>`, hexadecimal, for the site plan. */
export function hashPin(pin: string): string {
  const salt = randomBytes(SALT_BYTES);
  return `scrypt:${salt.toString('hex')}:${scryptSync(pin, salt, KEY_BYTES, COST).toString('hex')}`;
}

/** False for a wrong PIN, and for a hash that is none: nothing opens by default. */
export function isPin(pin: string, hash: string): boolean {
  const [, salt = '', key = ''] = /^scrypt:([0-9a-f]{32}):([0-9a-f]{64})$/.exec(hash) ?? [];
  if (key === '') return false;
  return timingSafeEqual(scryptSync(pin, Buffer.from(salt, 'hex'), KEY_BYTES, COST), Buffer.from(key, 'hex'));
}
