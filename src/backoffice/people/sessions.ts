import type { Role, Session } from '../../contract/desk.ts';
import type { RunningMs } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Entropy } from '../../ports/entropy.ts';
import type { Log } from '../../ports/log.ts';
import type { Passwords, Sha256 } from '../../ports/secrets.ts';
import type { Person } from '../notices/fourEyes.ts';
import { SlowDown } from './slowDown.ts';

/** Longest that somebody stays logged in, and longest without doing anything. */
const LONGEST_MS = 12 * 3_600_000;
const LONGEST_IDLE_MS = 2 * 3_600_000;
const MOST_SESSIONS = 1_000;

/** People as the file of users has them, read afresh when it has changed. */
export interface People {
  find(
    name: string,
  ): { readonly name: string; readonly roles: readonly Role[]; readonly password: string } | undefined;
}

export interface SessionOptions {
  readonly people: People;
  readonly passwords: Passwords;
  readonly sha256: Sha256;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly log: Log;
}

export type LogIn =
  | { readonly ok: true; readonly token: string; readonly session: Session }
  | { readonly ok: false; readonly cause: 'wrong' }
  | { readonly ok: false; readonly cause: 'wait'; readonly waitMs: number };

interface Kept {
  readonly user: string;
  readonly csrfToken: string;
  readonly beganMs: RunningMs;
  readonly expiresAt: string;
  usedMs: RunningMs;
}

export interface Present {
  readonly person: Person;
  readonly session: Session;
}

/** Who is logged in. Kept in memory alone: after a restart everybody logs in again. */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #slowDown = new SlowDown();
  /** By the hash of the token: whoever reads the memory of this process cannot use it elsewhere. */
  readonly #sessions = new Map<string, Kept>();
  #hashOfNobody: Promise<string> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** @param from address that the attempt comes from */
  async logIn(name: string, password: string, from: string): Promise<LogIn> {
    const { people, passwords, clock } = this.#options;
    const keys = [`name ${name}`, `address ${from}`];
    const waitMs = this.#slowDown.waitMs(keys, clock.runningMs());
    if (waitMs > 0) return { ok: false, cause: 'wait', waitMs };
    // Counted before the answer is known: many attempts at the same moment must not all be the first.
    this.#slowDown.fail(keys, clock.runningMs());
    const found = people.find(name);
    // A name that is not there takes as long as one that is.
    this.#hashOfNobody ??= passwords.hash(this.#options.entropy.identifier());
    const isRight = await passwords.isRight(password, found?.password ?? (await this.#hashOfNobody));
    if (!isRight || found === undefined) return { ok: false, cause: 'wrong' };
    for (const key of keys) this.#slowDown.succeed(key);
    return { ok: true, ...this.#begin(found.name, found.roles) };
  }

  /** Who holds the token; roles as they are now, and nobody once the name is gone from the file. */
  find(token: string): Present | undefined {
    const { people, clock, sha256 } = this.#options;
    const key = sha256(token);
    const kept = this.#sessions.get(key);
    if (kept === undefined) return undefined;
    const nowMs = clock.runningMs();
    const person = people.find(kept.user);
    if (nowMs - kept.beganMs > LONGEST_MS || nowMs - kept.usedMs > LONGEST_IDLE_MS || person === undefined) {
      this.#sessions.delete(key);
      return undefined;
    }
    kept.usedMs = nowMs;
    const { name, roles } = person;
    const { csrfToken, expiresAt } = kept;
    return { person: { name, roles }, session: { user: name, roles: [...roles], csrfToken, expiresAt } };
  }

  end(token: string): void {
    this.#sessions.delete(this.#options.sha256(token));
  }

  #begin(user: string, roles: readonly Role[]): { readonly token: string; readonly session: Session } {
    const { entropy, clock, sha256 } = this.#options;
    const now = clock.now();
    const token = `${entropy.identifier()}${entropy.identifier()}`.replaceAll('-', '');
    const csrfToken = entropy.identifier();
    const expiresAt = new Date(now.utcMs + LONGEST_MS).toISOString();
    for (const key of this.#sessions.keys()) {
      if (this.#sessions.size < MOST_SESSIONS) break;
      this.#sessions.delete(key);
    }
    this.#sessions.set(sha256(token), {
      user,
      csrfToken,
      beganMs: now.runningMs,
      usedMs: now.runningMs,
      expiresAt,
    });
    return { token, session: { user, roles: [...roles], csrfToken, expiresAt } };
  }
}
