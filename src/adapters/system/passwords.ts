import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { Passwords } from '../../ports/secrets.ts';

const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** 64 MB and some 200 ms for one attempt (OWASP password storage, scrypt). It is part of the hash, so that it can grow. */
const COST = { N: 2 ** 16, r: 8, p: 1 } as const;
const MOST_MEMORY = 256 * 1_048_576;

/** `scrypt:<N>:<r>:<p>:<salt>:<key>`, the last two hexadecimal. */
const FORM = /^scrypt:(\d{4,7}):(\d{1,2}):(\d{1,2}):([0-9a-f]{32}):([0-9a-f]{64})$/;

/** On the threads of the runtime, so that the desk goes on meanwhile. */
export function createPasswords(cost: Pick<ScryptOptions, 'N' | 'r' | 'p'> = COST): Passwords {
  const { N = COST.N, r = COST.r, p = COST.p } = cost;
  return {
    hash: async (password) => {
      const salt = randomBytes(SALT_BYTES);
      const key = await derive(password, salt, { N, r, p });
      return `scrypt:${N}:${r}:${p}:${salt.toString('hex')}:${key.toString('hex')}`;
    },
    isRight: async (password, hash) => {
      const [, n, blocks, lanes, salt = '', key = ''] = FORM.exec(hash) ?? [];
      if (key === '') {
        // A hash that is none takes as long as a wrong password.
        await derive(password, Buffer.alloc(SALT_BYTES), { N, r, p });
        return false;
      }
      const derived = await derive(password, Buffer.from(salt, 'hex'), {
        N: Number(n),
        r: Number(blocks),
        p: Number(lanes),
      });
      return timingSafeEqual(derived, Buffer.from(key, 'hex'));
    },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letters, however a keyboard composed them.
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: MOST_MEMORY }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
