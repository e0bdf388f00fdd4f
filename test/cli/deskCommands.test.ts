import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveDesk } from '../../src/adapters/http/serveDesk.ts';
import type { Composition } from '../../src/cli/context.ts';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import type { Notice } from '../../src/contract/desk.ts';
import { exampleDraft, PASSWORD, StandingDesk } from '../backoffice/standing.ts';
import { makeSigner } from '../support/keys.ts';
import { WallClock } from '../support/wallClock.ts';
import { loadgate, testContext } from './testContext.ts';

interface Office {
  readonly stand: StandingDesk;
  readonly directory: string;
  readonly url: string;
  /** Runs `loadgate desk ...` as this person. */
  run(person: string, ...args: readonly string[]): ReturnType<typeof loadgate>;
}

async function open(change: ConstructorParameters<typeof StandingDesk>[0] = {}): Promise<Office> {
  const stand = new StandingDesk(change);
  const served = await serveDesk({ host: '127.0.0.1', port: 0, handle: (asked) => stand.desk.handle(asked) });
  if (!served.ok) throw new Error(served.detail);
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-desk-cli-'));
  onTestFinished(async () => {
    await served.server.close();
    rmSync(directory, { recursive: true });
  });
  writeFileSync(join(directory, 'password'), `${PASSWORD}\n`);
  writeFileSync(join(directory, 'draft.jsonc'), `// an example\n${JSON.stringify(exampleDraft())}`);
  const composition: Partial<Composition> = { createClock: () => new WallClock() };
  const run: Office['run'] = (person, ...args) => {
    const environment = { LOADGATE_DESK_LOGIN: join(directory, `${person}.json`) };
    return loadgate(
      ['desk', ...args],
      testContext(composition, { environment, workingDirectory: directory }),
    );
  };
  return { stand, directory, url: served.server.url, run };
}

async function logIn(office: Office, ...people: readonly string[]): Promise<void> {
  for (const person of people) {
    const done = await office.run(
      person,
      'login',
      '--url',
      office.url,
      '--user',
      person,
      '--password-file',
      'password',
    );
    expect([done.exitCode, done.err]).toEqual([0, '']);
  }
}

describe('loadgate desk', () => {
  it('leads two people from a draft to the reports', async () => {
    const office = await open();
    const { stand, directory, run } = office;
    await logIn(office, 'anna', 'bob', 'rolf');
    writeFileSync(
      join(directory, 'gateways.jsonc'),
      JSON.stringify({
        gateways: [
          {
            gatewayId: 'home-0001',
            distributor: '12',
            feeder: 'feeder-12',
            supplierId: 'ABCD',
            consent: 'given',
          },
        ],
      }),
    );
    expect((await run('rolf', 'gateways', 'import', 'gateways.jsonc')).out).toBe(
      '1 added, 0 changed, 0 as they were\n',
    );
    await stand.register(1);
    await stand.telemetry('home-0001', 30, 20);
    expect((await run('anna', 'areas')).out).toMatch(/feeder feeder-12 +1 +1 +1 +6\.9 kW +4\.6 kW/);
    expect((await run('anna', 'gateways', 'list', '--area', 'feeder-12')).out).toMatch(
      /home-0001 +feeder-12 +given +registered +yes/,
    );
    expect((await run('anna', 'forecast', 'draft.jsonc')).out).toMatch(/relief to expect +3\.2 kW/);
    const { noticeId } = JSON.parse((await run('anna', 'draft', 'draft.jsonc', '--json')).out) as Notice;
    const read = await run('bob', 'authorise', noticeId);
    expect(read.out).toContain('IN EARNEST: loads will be reduced');
    const [, instant = ''] = /--read (\S+)/.exec(read.out) ?? [];
    const own = await run('anna', 'authorise', noticeId, '--read', instant);
    expect([own.exitCode, own.err]).toEqual([
      EXIT_CODES.notDone.code,
      'loadgate: You drafted it; a second person has to authorise it.\n',
    ]);
    expect((await run('bob', 'authorise', noticeId, '--read', instant)).out).toContain('authorised');
    expect((await run('anna', 'send', noticeId)).exitCode).toBe(0);
    await stand.clock.advance(0);
    expect(stand.bus.published).toHaveLength(1);
    expect((await run('anna', 'board', noticeId)).out).toMatch(/no answer +1/);
    expect((await run('anna', 'cancel', noticeId)).exitCode).toBe(EXIT_CODES.wrongUsage.code);
    expect((await run('anna', 'cancel', noticeId, '--reason', 'The load has fallen')).exitCode).toBe(0);
    expect((await run('anna', 'cancel', noticeId, '--authorise')).exitCode).toBe(EXIT_CODES.notDone.code);
    expect((await run('bob', 'cancel', noticeId, '--authorise')).exitCode).toBe(0);
    await stand.clock.advance(0);
    expect((await run('anna', 'board', noticeId, '--watch')).out).toMatch(/: over/);
    const reports = await run(
      'anna',
      'reports',
      noticeId,
      '--output',
      'reports',
      '--gateway',
      'home-0001',
      '--json',
    );
    expect(JSON.parse(reports.out)).toMatchObject({ isFinal: true, files: { length: 9 } });
    expect(readdirSync(join(directory, 'reports'))).toHaveLength(9);
    expect((await run('anna', 'show', noticeId)).out).toMatch(/early end asked by +anna/);
    expect((await run('anna', 'notices')).out).toContain(noticeId);
    expect((await run('anna', 'audit')).out).toMatch(/notice\.authorised[\s\S]*The chain is whole/);
  });

  it('shows how whole the records are, those that are not whole first, and asks anew', async () => {
    const office = await open();
    const { stand, run } = office;
    await logIn(office, 'anna', 'vera');
    await stand.register(2);
    await stand.telemetry('home-0001', 10, 5);
    const event = { kind: 'limitReleased', limitId: 'curtailment' };
    await stand.deliver(stand.envelope('home-0002', 'events', 'loadgate.event/1', event, 5));
    const at = { from: '2026-01-05T00:00:00.000Z', until: '2026-01-05T00:00:00.000Z' };
    const sequences = { from: 1, until: 2 };
    await stand.signed('home-0002', {
      schema: 'loadgate.loss/1',
      gatewayId: 'home-0002',
      outboxId: '0123abcd',
      losses: [{ lossId: 1, stream: 'events', cause: 'thinned', sequences, count: 2, ...at }],
    });
    const all = (await run('vera', 'completeness')).out;
    expect(all.indexOf('home-0002')).toBeLessThan(all.indexOf('home-0001'));
    expect(all).toMatch(/home-0002 +missing +2 +2 /);
    expect(all).toContain('Gateways: 1 missing, 1 whole. Records missing: 2');
    expect((await run('vera', 'completeness', '--state', 'whole')).out).not.toContain('home-0002');
    const one = (await run('vera', 'completeness', 'home-0002')).out;
    expect(one).toContain('events misses 3 to 4\n  Not asked for: this desk has no key of its own');
    expect(one).toContain('events lost 2 (1): there was no room to keep it');
    expect((await run('vera', 'completeness', 'home-0002', '--ask')).exitCode).toBe(EXIT_CODES.notDone.code);
    expect((await run('anna', 'completeness', 'home-0002', '--ask')).exitCode).toBe(0);
    const told = JSON.parse((await run('vera', 'completeness', '--json')).out);
    expect(told).toMatchObject({ counts: { missing: 1, whole: 1 }, missing: 2 });
    expect((await run('anna', 'audit')).out).toContain('records.askedFor');
  });

  it('enters what somebody said, shows how far it has come, and announces texts', async () => {
    const key = makeSigner('back-office-1');
    const { keyId, publicKey } = key;
    const office = await open({ ownSigner: { keyId, publicKey, sign: async (told) => key.sign(told) } });
    const { stand, run } = office;
    await logIn(office, 'rolf', 'vera');
    await stand.register(1);
    expect((await run('vera', 'consent', 'show', 'home-0001')).out).toBe(
      'Nothing was said about consent yet\n',
    );
    const giving = ['consent', 'give', 'home-0001', 'demandControl', '--text', 'demand-control-1'];
    const unproven = await run('rolf', ...giving);
    expect([unproven.exitCode, unproven.err]).toEqual([
      EXIT_CODES.notDone.code,
      expect.stringContaining('evidence'),
    ]);
    const given = await run('rolf', ...giving, '--evidence', 'form-0017', '--until', '2027-01-01T00:00:00Z');
    expect(given.out).toContain('demandControl given by main, text demand-control-1: sent');
    expect((await run('vera', ...giving, '--evidence', 'form-0017')).exitCode).toBe(EXIT_CODES.notDone.code);
    const { requests } = JSON.parse((await run('vera', 'consent', 'show', 'home-0001', '--json')).out);
    const said = {
      purpose: 'demandControl',
      action: 'given',
      textVersion: 'demand-control-1',
      person: 'main',
    };
    const at = '2026-01-05T17:00:00.000Z';
    const entry = { schema: 'loadgate.consent-entry/1', gatewayId: 'home-0001', entry: 1, ...said, at };
    await stand.signed('home-0001', { ...entry, how: 'backOffice', requestId: requests[0].id });
    const shown = (await run('vera', 'consent', 'show', 'home-0001')).out;
    expect(shown).toMatch(/demandControl +main +given +text demand-control-1/);
    expect(shown).toMatch(/demandControl given +main +text demand-control-1 +rolf +acknowledged/);
    expect((await run('vera', 'consent', 'ledger', 'home-0001')).out).toMatch(/given by main.*\n {2}ey/);
    expect((await run('vera', 'consent', 'list', 'demandControl', '--state', 'given')).out).toContain(
      'home-0001',
    );
    const texts = ['consent', 'texts', 'demandControl=demand-control-2'];
    expect((await run('rolf', ...texts)).exitCode).toBe(EXIT_CODES.wrongUsage.code);
    expect((await run('rolf', 'consent', 'texts', 'demandControl', '--all')).exitCode).toBe(
      EXIT_CODES.wrongUsage.code,
    );
    expect((await run('rolf', ...texts, '--all')).out).toBe(
      'Version 1 of the texts goes to 1 gateways; 1 persons agreed to another text\n',
    );
    const campaign = ['consent', 'campaign', 'demandControl', 'demand-control-2'];
    expect((await run('vera', ...campaign)).out).toContain('1 to be asked again');
    expect((await run('vera', 'consent', 'show', 'home-0001')).out).toContain('superseded');
    expect((await run('rolf', 'consent', 'withdraw', 'home-0001', 'demandControl')).exitCode).toBe(0);
  });

  it('keeps the token where only its user can read it, and forgets it', async () => {
    const office = await open();
    await logIn(office, 'anna');
    const file = join(office.directory, 'anna.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { token } = JSON.parse(readFileSync(file, 'utf8'));
    await office.run('anna', 'logout');
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
    expect(
      (await office.stand.ask('GET', '/api/session', {}, { authorization: `Bearer ${token}` })).status,
    ).toBe(401);
    const after = await office.run('anna', 'areas');
    expect([after.exitCode, after.err]).toEqual([
      EXIT_CODES.notDone.code,
      expect.stringContaining('loadgate desk login'),
    ]);
  });

  it('says what is wrong with a draft, field by field', async () => {
    const office = await open();
    await logIn(office, 'anna');
    writeFileSync(
      join(office.directory, 'draft.jsonc'),
      JSON.stringify(exampleDraft({ durationSeconds: 9_000 })),
    );
    const refused = await office.run('anna', 'draft', 'draft.jsonc');
    expect(refused.exitCode).toBe(EXIT_CODES.notDone.code);
    expect(refused.err).toContain(
      'durationSeconds: Households agreed to at most 120 minutes at once; this is 150 minutes.',
    );
    expect((await office.run('anna', 'draft', 'missing.jsonc')).exitCode).toBe(
      EXIT_CODES.wrongConfiguration.code,
    );
  });

  it.each([
    ['a wrong password', 'login', EXIT_CODES.notDone.code],
    ['no desk', 'nobody', EXIT_CODES.gatewayNotRunning.code],
  ])('%s is told from the rest', async (_what, kind, code) => {
    const office = await open();
    writeFileSync(join(office.directory, 'password'), 'wrong');
    const url = kind === 'login' ? office.url : 'http://127.0.0.1:1';
    const done = await office.run(
      'anna',
      'login',
      '--url',
      url,
      '--user',
      'anna',
      '--password-file',
      'password',
    );
    expect(done.exitCode).toBe(code);
  });
});

describe('loadgate desk user add', () => {
  const add = async (password: string, ...args: readonly string[]) => {
    const directory = mkdtempSync(join(tmpdir(), 'loadgate-desk-user-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'password'), `${password}\n`);
    const settings = {
      stateDirectory: 'state',
      usersFile: 'users.json',
      broker: { url: 'mqtt://127.0.0.1:1' },
      signingKeys: [{ distributor: '12', keyFile: 'k' }],
    };
    writeFileSync(join(directory, 'desk.jsonc'), JSON.stringify(settings));
    const composition: Partial<Composition> = {
      composeDesk: async () => ({
        hashPassword: async (given) => `hash of ${given}`,
        startDesk: () => Promise.reject(new Error()),
      }),
    };
    const context = testContext(composition, { workingDirectory: directory });
    const done = await loadgate(
      ['desk', 'user', 'add', ...args, '--config', 'desk.jsonc', '--password-file', 'password'],
      context,
    );
    const file = join(directory, 'users.json');
    return {
      ...done,
      users: statSync(file, { throwIfNoEntry: false }) === undefined ? '' : readFileSync(file, 'utf8'),
    };
  };

  it('writes the hash, never the password', async () => {
    const done = await add(PASSWORD, 'anna', '--roles', 'engineer, viewer');
    expect(done.out).toBe('anna may now log in as engineer, viewer\n');
    expect(JSON.parse(done.users)).toEqual({
      users: [{ name: 'anna', roles: ['engineer', 'viewer'], password: `hash of ${PASSWORD}` }],
    });
  });

  it.each([
    ['a short password', ['anna', '--roles', 'engineer'], 'short', /12 characters/],
    ['a role that is none', ['anna', '--roles', 'king'], PASSWORD, /among viewer, engineer/],
    ['a name that is none', ['Anna', '--roles', 'engineer'], PASSWORD, /small letters/],
  ])('refuses %s', async (_what, args, password, cause) => {
    const done = await add(password, ...args);
    expect([done.exitCode, done.users]).toEqual([EXIT_CODES.wrongUsage.code, '']);
    expect(done.err).toMatch(cause);
  });
});
