import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createPasswords } from '../../src/adapters/system/passwords.ts';
import { SlowDown } from '../../src/backoffice/people/slowDown.ts';
import type { AuditPage, Session } from '../../src/contract/desk.ts';
import { exampleDraft, PASSWORD, StandingDesk } from './standing.ts';

const logIn = (stand: StandingDesk, user: string, password = PASSWORD) =>
  stand.ask<Session & { error: { code: string; retryAfterSeconds?: number } }>('POST', '/api/login', {
    user,
    password,
  });

describe('logging in', () => {
  it('gives a cookie that no script can read, and a token against forged requests', async () => {
    const stand = new StandingDesk();
    const { answer, body } = await logIn(stand, 'anna');
    const cookie = answer.headers?.['set-cookie'] ?? '';
    expect(cookie).toMatch(/^loadgate-desk=[0-9a-z.]+; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(body).not.toHaveProperty('token');
    const own = { cookie: cookie.split(';')[0] ?? '' };
    expect((await stand.ask('GET', '/api/session', {}, own)).status).toBe(200);
    const draft = (headers: Record<string, string>) =>
      stand.ask<{ error: { code: string } }>('POST', '/api/notices', exampleDraft(), headers);
    expect((await draft(own)).body.error.code).toBe('wrongToken');
    expect((await draft({ ...own, 'x-loadgate-csrf': 'guessed' })).status).toBe(403);
    expect((await draft({ ...own, 'x-loadgate-csrf': body.csrfToken })).status).toBe(422);
    expect(
      (await draft({ ...own, 'x-loadgate-csrf': body.csrfToken, 'content-type': 'text/plain' })).status,
    ).toBe(400);
    await stand.ask('POST', '/api/logout', {}, { ...own, 'x-loadgate-csrf': body.csrfToken });
    expect((await stand.ask('GET', '/api/session', {}, own)).status).toBe(401);
  });

  it('is slowed down after failures, for the name and for the address, and not told apart', async () => {
    const stand = new StandingDesk();
    for (const user of ['anna', 'nobody', 'anna'])
      expect((await logIn(stand, user, 'wrong')).body.error.code).toBe('wrongPassword');
    const waiting = await logIn(stand, 'anna');
    expect(waiting.body.error).toMatchObject({ code: 'tooManyAttempts', retryAfterSeconds: 2 });
    expect(waiting.answer.headers?.['retry-after']).toBe('2');
    await stand.clock.advance(2_000);
    expect((await logIn(stand, 'anna')).status).toBe(200);
  });

  it('many attempts at the same moment are not all the first', async () => {
    const stand = new StandingDesk();
    const all = await Promise.all(Array.from({ length: 20 }, () => logIn(stand, 'anna', 'wrong')));
    expect(all.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(17);
  });

  it('ends after twelve hours, and after two without doing anything', async () => {
    const stand = new StandingDesk();
    const token = (
      await stand.ask<Session>('POST', '/api/login', { user: 'anna', password: PASSWORD, wantsToken: true })
    ).body.token;
    const look = async () =>
      (await stand.ask('GET', '/api/session', {}, { authorization: `Bearer ${token}` })).status;
    for (let hours = 0; hours < 12; hours += 1) {
      await stand.clock.advance(3_600_000);
      expect(await look()).toBe(hours < 12 ? 200 : 401);
    }
    await stand.clock.advance(1_000);
    expect(await look()).toBe(401);
  });

  it.each(['/api/areas', '/api/desk', '/api/audit', '/api/live', '/api/notices', '/api/nothing'])(
    '%s is for people who are logged in',
    async (path) => {
      const stand = new StandingDesk();
      expect((await stand.ask('GET', path)).status).toBe(401);
    },
  );
});

it('waits double with each failure, to five minutes, and forget after an hour', () => {
  const slow = new SlowDown();
  const waits = Array.from({ length: 12 }, () => {
    slow.fail(['name anna'], 0);
    return slow.waitMs(['name anna'], 0) / 1_000;
  });
  expect(waits).toEqual([0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  slow.fail(['name anna'], 3_600_001);
  expect(slow.waitMs(['name anna'], 3_600_001)).toBe(0);
});

describe('passwords', () => {
  const passwords = createPasswords({ N: 1024, r: 8, p: 1 });

  it('are right only as they are, in any composition of their letters', async () => {
    const hash = await passwords.hash('caf\u00e9 \u2013 long enough');
    expect(hash).toMatch(/^scrypt:1024:8:1:[0-9a-f]{32}:[0-9a-f]{64}$/);
    expect(await passwords.isRight('cafe\u0301 \u2013 long enough', hash)).toBe(true);
    expect(await passwords.isRight('cafe \u2013 long enough', hash)).toBe(false);
    expect(await passwords.hash('caf\u00e9 \u2013 long enough')).not.toBe(hash);
  });

  it.each(['', 'scrypt', 'scrypt:1024:8:1::', 'plain'])('nothing opens with the hash "%s"', async (hash) => {
    expect(await passwords.isRight('', hash)).toBe(false);
  });
});

describe('the audit trail', () => {
  it('holds who did what, when and from where', async () => {
    const stand = new StandingDesk();
    await stand.register(1);
    await stand.as('anna', 'POST', '/api/notices', exampleDraft());
    await logIn(stand, 'bob', 'wrong');
    const { body } = await stand.as<AuditPage>('vera', 'GET', '/api/audit');
    expect(body.isWhole).toBe(true);
    expect(body.entries.map(({ user, action, from }) => [user, action, from])).toEqual([
      ['vera', 'session.begun', '192.0.2.7'],
      [undefined, 'session.refused', '192.0.2.7'],
      ['anna', 'notice.drafted', '192.0.2.7'],
      ['anna', 'session.begun', '192.0.2.7'],
      ['rolf', 'gateways.imported', '192.0.2.7'],
      ['rolf', 'session.begun', '192.0.2.7'],
    ]);
  });

  it('comes in pages, from the newest', async () => {
    const stand = new StandingDesk();
    for (let times = 0; times < 5; times += 1) await logIn(stand, 'anna');
    const first = await stand.as<AuditPage>('vera', 'GET', '/api/audit?limit=4');
    expect(first.body.entries.map(({ entry }) => entry)).toEqual([6, 5, 4, 3]);
    const second = await stand.as<AuditPage>('vera', 'GET', `/api/audit?limit=4&before=${first.body.before}`);
    expect([second.body.entries.map(({ entry }) => entry), second.body.before]).toEqual([[2, 1], undefined]);
  });

  it.each([
    ['an entry that was changed', "UPDATE audit SET user = 'bob' WHERE entry = 2", 2],
    ['an entry that was taken out', 'DELETE FROM audit WHERE entry = 2', 2],
    ['an entry that was moved', 'UPDATE audit SET entry = entry + 10 WHERE entry = 3', 3],
  ])('%s is found, at the next start', async (_what, tamper, brokenAt) => {
    const stand = new StandingDesk();
    for (let times = 0; times < 3; times += 1) await logIn(stand, 'anna');
    stand.desk.stop();
    stand.store.close();
    const database = new Database(join(stand.directory, 'desk.sqlite'));
    database.exec(`DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted; ${tamper}`);
    database.close();
    stand.restart();
    expect((await stand.as<AuditPage>('vera', 'GET', '/api/audit')).body).toMatchObject({
      isWhole: false,
      brokenAt,
    });
  });
});
