import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDirectorySetting, readSettings, type SettingLayers } from '../../src/config/settings.ts';
import { argumentOf, environmentVariableOf, SETTING_PATHS } from '../../src/config/settingsTable.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function layers(file: string | undefined, rest: Partial<SettingLayers> = {}): SettingLayers {
  const path = join(folder, 'loadgate.jsonc');
  if (file !== undefined) writeFileSync(path, file);
  return {
    ...(file !== undefined && { file: path }),
    environment: {},
    arguments: {},
    workingDirectory: '/work-here',
    ...rest,
  };
}

function mistakesOf(given: SettingLayers) {
  const result = readSettings(given);
  return result.ok ? [] : result.mistakes;
}

const MINIMAL = '{ "gatewayId": "home-1", "sitePlan": "site.jsonc" }';

describe('settings', () => {
  it('fill in their defaults and leave out what is unset', () => {
    expect(readSettings(layers(MINIMAL))).toEqual({
      ok: true,
      settings: {
        gatewayId: 'home-1',
        sitePlan: join(folder, 'site.jsonc'),
        stateDirectory: '/var/lib/loadgate',
        runtimeDirectory: '/run/loadgate',
        broker: { protocolVersion: '5', renewalDays: 30 },
        trust: {},
        identity: {},
        network: {},
        logLevel: 'info',
        cycle: { intervalMs: 1000 },
        journal: { segmentMs: 45_000, keepDays: 14 },
        outbox: { mostMegabytes: 128, keepDays: 7 },
        telemetry: { intervalMs: 60_000 },
        simulation: { speed: 1 },
      },
    });
  });

  it('take several broker addresses as a list in the file, with commas in the environment', () => {
    const file = (urls: string): string =>
      `{ "gatewayId": "a", "sitePlan": "s", "broker": { "url": "mqtts://a:8883", "fallbackUrls": ${urls} } }`;
    const both = ['mqtts://b:8883', 'wss://a/mqtt'];
    expect(readSettings(layers(file(JSON.stringify(both))))).toMatchObject({
      settings: { broker: { fallbackUrls: both } },
    });
    const environment = { LOADGATE_BROKER_FALLBACK_URLS: ' wss://c/mqtt , mqtt://d ' };
    expect(readSettings(layers(file('["mqtts://b"]'), { environment }))).toMatchObject({
      settings: { broker: { fallbackUrls: ['wss://c/mqtt', 'mqtt://d'] } },
    });
    for (const wrong of [
      '["ws://a/mqtt"]',
      '["mqtts://b/path"]',
      '[]',
      '[1]',
      '["wss://me:secret@a/mqtt"]',
      '""',
    ]) {
      expect(mistakesOf(layers(file(wrong)))).toMatchObject([{ path: 'broker.fallbackUrls' }]);
    }
    const alone = '{ "gatewayId": "a", "sitePlan": "s", "broker": { "fallbackUrls": ["mqtts://b"] } }';
    expect(mistakesOf(layers(alone))).toMatchObject([{ path: 'broker.url' }]);
  });

  it('come from the file, over it the environment, over that the arguments', () => {
    const file =
      '{ "gatewayId": "of-file", "sitePlan": "s", "logLevel": "error", "cycle": { "intervalMs": 500 } }';
    const environment = { LOADGATE_GATEWAY_ID: 'of-environment', LOADGATE_LOG_LEVEL: 'warn' };
    const result = readSettings(layers(file, { environment, arguments: { gatewayId: 'of-arguments' } }));
    expect(result).toMatchObject({
      ok: true,
      settings: { gatewayId: 'of-arguments', logLevel: 'warn', cycle: { intervalMs: 500 } },
    });
  });

  it('take paths of a file from its folder, others from the working directory', () => {
    const environment = { LOADGATE_STATE_DIRECTORY: 'state' };
    const result = readSettings(layers(MINIMAL, { environment, arguments: { runtimeDirectory: 'run' } }));
    expect(result).toMatchObject({
      ok: true,
      settings: {
        sitePlan: join(folder, 'site.jsonc'),
        stateDirectory: '/work-here/state',
        runtimeDirectory: '/work-here/run',
      },
    });
  });

  it('need no file at all', () => {
    const given = layers(undefined, { arguments: { gatewayId: 'a', sitePlan: '/s' } });
    expect(readSettings(given)).toMatchObject({ ok: true, settings: { gatewayId: 'a', sitePlan: '/s' } });
  });

  it('keep a name of digits as it was written', () => {
    const given = layers(MINIMAL, { arguments: { gatewayId: '007' } });
    expect(readSettings(given)).toMatchObject({ ok: true, settings: { gatewayId: '007' } });
  });

  it('are refused when they are not known, with the one that was meant', () => {
    const mistakes = mistakesOf(
      layers('{ "gatewayID": "x", "sitePlan": "s", "broker": { "urll": 1 }, "__proto__": {} }'),
    );
    expect(mistakes.map((mistake) => [mistake.path, mistake.toDo.split(' (')[0]])).toEqual([
      ['gatewayID', 'did you mean gatewayId?'],
      ['broker.urll', 'did you mean broker.url?'],
      ['__proto__', 'remove it'],
      ['gatewayId', expect.stringContaining('set it')],
    ]);
  });

  it.each([
    ['a text for a number', { 'cycle.intervalMs': 'soon' }],
    ['a number with a tail', { 'cycle.intervalMs': '500ms' }],
    ['a number of another notation', { 'cycle.intervalMs': '0x3E8' }],
    ['half a millisecond', { 'cycle.intervalMs': '500.5' }],
    ['less than can be run', { 'cycle.intervalMs': '10' }],
    ['an empty path of keys', { 'trust.rootKeysFile': '' }],
    ['an unknown log level', { logLevel: 'loud' }],
    ['a broker without scheme', { 'broker.url': 'box:1883' }],
    ['a password in the address', { 'broker.url': 'mqtt://me:secret@box' }],
    ['an empty name', { gatewayId: '' }],
    ['a name with a slash', { gatewayId: 'a/b' }],
    ['a name that is a topic of all', { gatewayId: 'trust' }],
    ['an empty path', { stateDirectory: '' }],
    ['a speed of nothing', { 'simulation.speed': '0' }],
    ['a server outside without a port', { 'network.checkAddress': 'outside.example' }],
    ['a server outside with a port that is none', { 'network.checkAddress': '[2001:db8::7]:70000' }],
    ['an unknown protocol version', { 'broker.protocolVersion': '4' }],
  ])('are refused by path for %s', (_, given) => {
    const [path] = Object.keys(given);
    expect(mistakesOf(layers(MINIMAL, { arguments: given }))).toEqual([
      expect.objectContaining({ source: 'arguments', path }),
    ]);
  });

  it('name all mistakes at once, each with its layer', () => {
    const file = '{ "sitePlan": 3, "logLevel": { "deep": { "er": 1 } }, "cycle": 5, "speed": [] }';
    const mistakes = mistakesOf(layers(file, { environment: { LOADGATE_JOURNAL_KEEP_DAYS: '0' } }));
    expect(mistakes.map(({ path, source }) => [path, source.split('/').at(-1)])).toEqual([
      ['logLevel', 'loadgate.jsonc'],
      ['cycle', 'loadgate.jsonc'],
      ['speed', 'loadgate.jsonc'],
      ['gatewayId', 'loadgate.jsonc'],
      ['sitePlan', 'loadgate.jsonc'],
      ['journal.keepDays', 'environment'],
    ]);
  });

  it.each([
    ['{ "gatewayId": "a", "sitePlan": "s", "broker": { "keyFile": "k" } }', 'broker.certificateFile'],
    ['{ "gatewayId": "a", "sitePlan": "s", "broker": { "certificateFile": "c" } }', 'broker.keyFile'],
    ['{ "gatewayId": "a", "sitePlan": "s", "broker": { "passwordFile": "p" } }', 'broker.username'],
    ['{ "gatewayId": "a", "sitePlan": "s", "trust": { "bundleFile": "t" } }', 'trust.rootKeysFile'],
  ])('that belong together are missed when one is absent: %s', (file, path) => {
    expect(mistakesOf(layers(file)).map((mistake) => mistake.path)).toEqual([path]);
  });

  it.each([
    ['[]', 'expected an object'],
    ['{', 'expected JSON'],
  ])('file %s is refused', (file) => {
    expect(mistakesOf(layers(file))[0]).toMatchObject({ path: '' });
  });

  it('say so when the file is missing', () => {
    const mistakes = mistakesOf({ ...layers(undefined), file: '/nowhere/loadgate.jsonc' });
    expect(mistakes[0]).toMatchObject({ source: '/nowhere/loadgate.jsonc', found: 'no such file' });
  });

  it('have one directory that can be asked for alone, whatever else is wrong', () => {
    const given = layers('{ "logLevel": "loud", "runtimeDirectory": "here" }');
    expect(readDirectorySetting('runtimeDirectory', given)).toEqual({
      ok: true,
      value: join(folder, 'here'),
    });
  });

  it('have environment variables and arguments that follow from their place, each its own', () => {
    expect(environmentVariableOf('broker.certificateAuthorityFile')).toBe(
      'LOADGATE_BROKER_CERTIFICATE_AUTHORITY_FILE',
    );
    expect(argumentOf('trust.rootKeysFile')).toBe('trust-root-keys-file');
    expect(new Set(SETTING_PATHS.map(environmentVariableOf)).size).toBe(SETTING_PATHS.length);
  });
});
