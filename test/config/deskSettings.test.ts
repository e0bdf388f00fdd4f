import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deskSettingsSchema } from '../../src/config/deskSchema.ts';
import { readDeskSettings } from '../../src/config/deskSettings.ts';
import { readDeskUsers, watchDeskUsers, writeDeskUser } from '../../src/config/deskUsers.ts';

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-desk-settings-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

const SMALLEST = {
  stateDirectory: 'state',
  usersFile: 'users.json',
  broker: { url: 'mqtt://127.0.0.1:1883' },
  signingKeys: [{ distributor: '12', keyFile: 'distributor.key' }],
};

function read(change: object = {}, directory = folder()) {
  const file = join(directory, 'desk.jsonc');
  writeFileSync(file, JSON.stringify({ ...SMALLEST, ...change }));
  return { file, directory, result: readDeskSettings(file) };
}

const mistakes = (change: object) => {
  const { result } = read(change);
  return result.ok ? [] : result.mistakes;
};

describe('the settings of the desk', () => {
  it('listen at the loopback address, with paths that are absolute', () => {
    const { result, directory } = read();
    expect(result).toMatchObject({
      ok: true,
      settings: {
        listen: { host: '127.0.0.1', port: 8790 },
        stateDirectory: join(directory, 'state'),
        signingKeys: [{ keyFile: join(directory, 'distributor.key') }],
        broker: { clientId: 'loadgate-desk', connections: 8 },
        consent: { longestSeconds: 7_200, longestInDaySeconds: 7_200 },
      },
    });
  });

  it.each<[string, object, string]>([
    ['another address without TLS', { listen: { host: '0.0.0.0' } }, 'listen.host'],
    ['a certificate without its key', { listen: { certificateFile: 'a.pem' } }, 'listen.keyFile'],
    ['no signing key', { signingKeys: [] }, 'signingKeys'],
    [
      'two keys of one distributor',
      { signingKeys: [SMALLEST.signingKeys[0], SMALLEST.signingKeys[0]] },
      'signingKeys',
    ],
    [
      'a distributor of three digits',
      { signingKeys: [{ distributor: '123', keyFile: 'a' }] },
      'signingKeys.0.distributor',
    ],
    ['no broker', { broker: undefined }, 'broker'],
    ['a broker with a password in its address', { broker: { url: 'mqtt://a:b@host' } }, 'broker.url'],
    [
      'another address that is none',
      { broker: { url: 'mqtts://a', fallbackUrls: ['mqtts://b', 'https://c'] } },
      'broker.fallbackUrls.1',
    ],
    [
      'a list of other addresses without one',
      { broker: { url: 'mqtts://a', fallbackUrls: [] } },
      'broker.fallbackUrls',
    ],
    ['a setting that is none', { brooker: {} }, 'brooker'],
  ])('refuse %s', (_what, change, path) => {
    expect(mistakes(change)).toMatchObject([
      { path, expected: expect.stringMatching(/./), toDo: expect.stringMatching(/./) },
    ]);
  });

  it('have other addresses of the broker, as a gateway has them', () => {
    const broker = { url: 'wss://a/mqtt', fallbackUrls: ['mqtts://b:8883', 'wss://c/mqtt'] };
    expect(read({ broker }).result).toMatchObject({ ok: true, settings: { broker } });
  });

  it('say what was meant', () => {
    expect(mistakes({ usersFil: 'x' })).toMatchObject([{ toDo: expect.stringContaining('usersFile') }]);
  });

  const keys = {
    backOfficeKey: { keyFile: 'back-office.key' },
    certificates: { authorityFile: 'authority.pem', authorityKeyFile: 'authority.key' },
  };
  it.each(['distributor.key', 'users.json', 'back-office.key', 'authority.key'])(
    'refuse a %s that others can read',
    (name) => {
      const directory = folder();
      const secret = join(directory, name);
      writeFileSync(secret, '{ "users": [] }', { mode: 0o640 });
      expect(read(keys, directory).result.ok).toBe(true);
      for (const mode of [0o644, 0o642, 0o641]) {
        chmodSync(secret, mode);
        expect(read(keys, directory).result).toMatchObject({
          ok: false,
          mistakes: [{ source: secret, found: expect.stringContaining(mode.toString(8)) }],
        });
      }
    },
  );

  it('of the example are right, and it names every one', () => {
    const example = join(import.meta.dirname, '../../config/desk.jsonc');
    expect(readDeskSettings(example).ok).toBe(true);
    const text = readFileSync(example, 'utf8');
    for (const name of Object.keys(deskSettingsSchema.shape)) expect(text).toContain(`"${name}"`);
  });
});

describe('the people at the desk', () => {
  const anna = { name: 'anna', roles: ['engineer'] as const, password: 'scrypt:1' };

  it('stand in a file that nobody else can read', () => {
    const file = join(folder(), 'users.json');
    expect(readDeskUsers(file)).toEqual({ ok: true, users: [] });
    writeDeskUser(file, anna);
    writeDeskUser(file, { name: 'bob', roles: ['authoriser'], password: 'scrypt:2' });
    writeDeskUser(file, { ...anna, roles: ['viewer'] });
    expect(readDeskUsers(file)).toMatchObject({
      users: [{ name: 'bob' }, { name: 'anna', roles: ['viewer'] }],
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are read afresh when the file changes, and nobody is in while it is damaged', () => {
    const file = join(folder(), 'users.json');
    const people = watchDeskUsers(file);
    expect(people.find('anna')).toBeUndefined();
    writeDeskUser(file, anna);
    expect(people.find('anna')).toMatchObject({ roles: ['engineer'] });
    writeFileSync(file, '{ "users": [ {');
    expect(people.find('anna')).toBeUndefined();
    expect(readDeskUsers(file)).toMatchObject({ ok: false, mistake: { source: file } });
    rmSync(file);
    expect(people.find('anna')).toBeUndefined();
  });

  it.each(['Anna', 'a', 'anna ', '9anna', 'a'.repeat(33)])('"%s" is no name', (name) => {
    const file = join(folder(), 'users.json');
    writeFileSync(file, JSON.stringify({ users: [{ ...anna, name }] }));
    expect(readDeskUsers(file).ok).toBe(false);
  });
});
