import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunningGateway } from '../../src/cli/context.ts';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import type { ReplayResult } from '../../src/gateway/replay.ts';
import { settle } from '../support/steppedClock.ts';
import { EXAMPLE_STATUS } from './exampleStatus.ts';
import { EMPTY_RECORD, loadgate, recordContext, testContext } from './testContext.ts';

const root = join(import.meta.dirname, '../..');
const config = join(root, 'config/loadgate.jsonc');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function settingsFile(settings: object): string {
  const file = join(folder, 'loadgate.jsonc');
  writeFileSync(file, JSON.stringify({ gatewayId: 'home-1', ...settings }));
  return file;
}

describe('the command line', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['fly']],
    ['an unknown option', ['status', '--fast']],
    ['an option without its value', ['check', '--config']],
    ['a word too many', ['why', 'not']],
    ['an unknown home', ['demo', '--home', 'castle']],
    ['a duration without unit', ['demo', '--for', '60']],
    ['a speed of nothing', ['demo', '--speed', '0']],
    ['a start by two ways', ['demo', '--eventful', '1', '--start', '2007-01-01']],
    ['an instant that is none', ['replay', '--since', 'yesterday']],
    ['a read of nothing', ['read']],
    ['addresses that no unit has', ['scan', '--line', '/dev/x', '--addresses', '240-260']],
    ['addresses by two ways', ['scan', '--line', '/dev/x', '--addresses', '1', '--all']],
    ['a parity that is none', ['scan', '--line', '/dev/x', '--parity', 'mark']],
    ['three stop bits', ['scan', '--line', '/dev/x', '--stop-bits', '3']],
    ['a port beyond the last', ['scan', '--host', '10.0.0.1', '--ports', '70000']],
  ])('with %s is refused with help', async (_, args) => {
    const { exitCode, out, err } = await loadgate(args);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.wrongUsage.code, out: '' });
    expect(err).toMatch(/--help|Usage/);
  });

  it.each([
    [[]],
    [['run']],
    [['check']],
    [['status']],
    [['why']],
    [['acknowledge']],
    [['scan']],
    [['read']],
    [['devices']],
    [['bus']],
    [['replay']],
    [['demo']],
  ])('helps %j on the standard output', async (command) => {
    const { exitCode, out, err } = await loadgate([...command, '--help']);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toContain('Usage: loadgate');
    expect(out).toContain(command.length === 0 ? 'Exit codes:' : 'Examples:');
  });

  it('prints its version', async () => {
    expect(await loadgate(['--version'])).toEqual({ exitCode: 0, out: '1.2.3\n', err: '' });
  });

  it('reports a defect as one, with its place', async () => {
    const context = testContext({
      openRecord: () => {
        throw new TypeError('undefined is not a record');
      },
    });
    const { exitCode, err } = await loadgate(['replay'], context);
    expect(exitCode).toBe(EXIT_CODES.defect.code);
    expect(err).toContain('commands.test.ts');
  });
});

describe('loadgate check', () => {
  it('finds no mistake in the example', async () => {
    const { exitCode, out, err } = await loadgate(['check', '--config', config]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toBe(
      'No mistakes. Site single-phase-home, revision 1: 1 phase, 1 circuit, 4 devices, 3 loads.\n',
    );
  });

  it('takes the settings file from the environment', async () => {
    const environment = { ...testContext().environment, LOADGATE_CONFIG: config };
    const context = testContext({}, { environment });
    expect((await loadgate(['check'], context)).exitCode).toBe(0);
  });

  it('names the mistakes of settings and site plan at once', async () => {
    const site = join(folder, 'site.jsonc');
    writeFileSync(site, '{ "siteId": "x" }');
    const file = settingsFile({ sitePlan: 'site.jsonc', logLevel: 'loud', stateDirectry: '/x' });
    const { exitCode, out } = await loadgate(['check', '--json', '--config', file]);
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    const { ok, mistakes } = JSON.parse(out);
    expect(ok).toBe(false);
    expect(mistakes.map((mistake: { path: string }) => mistake.path)).toEqual([
      'stateDirectry',
      'logLevel',
      'revision',
      'phases',
      'nominalVoltageV',
      'devices',
      'meters',
      'circuits',
      'loads',
    ]);
  });

  it('writes them for people with where, expected, found and what to do', async () => {
    const { err, out } = await loadgate(['check', '--config', config, '--log-level', 'loud']);
    expect(out).toBe('');
    expect(err).toContain('1 mistake in the configuration');
    expect(err).toMatch(
      /arguments: logLevel\n {2}expected {2}one of .*\n {2}found {5}"loud"\n {2}to do {5}correct it/,
    );
  });

  it('has a code of its own for unknown profiles alone', async () => {
    const profiles = join(root, 'test'); // a folder without any profile
    const { exitCode, err } = await loadgate(['check', '--config', config, '--profiles-directory', profiles]);
    expect(exitCode).toBe(EXIT_CODES.unknownProfile.code);
    expect(err).toContain('devices[0] (grid-meter).profile');
  });

  it('says that a profiles folder is missing', async () => {
    const { exitCode, err } = await loadgate([
      'check',
      '--config',
      config,
      '--profiles-directory',
      '/nowhere',
    ]);
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(err).toContain('/nowhere');
  });

  it('names the mistake of a profile in use once, and warns of one that no device uses', async () => {
    cpSync(join(root, 'drivers'), folder, { recursive: true });
    writeFileSync(join(folder, 'heidelberg-energy-control.json'), '{}');
    const args = ['check', '--config', config, '--profiles-directory', folder];
    const unused = await loadgate(args);
    expect(unused.exitCode).toBe(0);
    expect(unused.err).toContain('no device of the site plan uses this profile');

    writeFileSync(join(folder, 'keba-p30.json'), 'torn');
    const { exitCode, out } = await loadgate([...args, '--json']);
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(JSON.parse(out).mistakes).toMatchObject([{ source: join(folder, 'keba-p30.json') }]);
  });

  it('says that a file of credentials cannot be read', async () => {
    const args = [
      'check',
      '--config',
      config,
      '--broker-username',
      'me',
      '--broker-password-file',
      '/nowhere',
    ];
    const { exitCode, err } = await loadgate(args);
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(err).toContain('broker.passwordFile');
  });

  it('has a code of its own for directories that cannot be written, and leaves nothing in those that can', async () => {
    const file = join(folder, 'in-the-way');
    writeFileSync(file, '');
    const state = join(folder, 'state', 'deep');
    const args = ['check', '--config', config, '--state-directory', state, '--runtime-directory'];
    const before = readdirSync(folder);
    expect((await loadgate([...args, join(folder, 'run')])).exitCode).toBe(0);
    expect(readdirSync(folder)).toEqual(before);

    const { exitCode, out } = await loadgate([...args, file, '--json']);
    expect(exitCode).toBe(EXIT_CODES.storeUnavailable.code);
    expect(JSON.parse(out).mistakes).toMatchObject([{ source: file, path: 'runtimeDirectory' }]);
    const both = await loadgate([...args, file, '--log-level', 'loud']);
    expect(both.exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(both.err).toContain('2 mistakes in the configuration');
    expect(both.err).toContain('run this as the user of the gateway');
  });

  it('warns of a broker whose commands nobody may give, and of a scaled clock', async () => {
    const args = ['check', '--config', config, '--broker-url', 'mqtt://box', '--simulation-speed', '10'];
    const { exitCode, err } = await loadgate(args);
    expect(exitCode).toBe(0);
    expect(err).toContain('no command of the back office is obeyed');
    expect(err).toContain('simulation.speed is 10');
  });
});

describe('loadgate run', () => {
  function fakeGateway(stop: RunningGateway['stop']): RunningGateway {
    return { stop, ended: new Promise(() => undefined), status: () => EXAMPLE_STATUS };
  }

  it('hands over settings, plan and profiles, and stops in order at a signal', async () => {
    const stop = vi.fn(async () => undefined);
    const startGateway = vi.fn(async () => fakeGateway(stop));
    const context = testContext({ startGateway });
    const running = loadgate(['run', '--config', config, '--gateway-id', 'other'], context);
    while (context.listeners() === 0) await settle();
    context.signal('SIGTERM');
    expect(await running).toEqual({ exitCode: 0, out: '', err: '' });
    expect(stop.mock.calls).toEqual([['SIGTERM']]);
    const [settings, plan, profiles] = startGateway.mock.calls[0] as unknown[];
    expect(settings).toMatchObject({ gatewayId: 'other' });
    expect(plan).toMatchObject({ siteId: 'single-phase-home' });
    expect((profiles as Map<string, unknown>).has('keba-p30')).toBe(true);
    expect(context.listeners()).toBe(0);
  });

  it('does not wait for an orderly stop after a second signal', async () => {
    const context = testContext({
      startGateway: async () => fakeGateway(() => new Promise(() => undefined)),
    });
    const running = loadgate(['run', '--config', config], context);
    while (context.listeners() === 0) await settle();
    context.signal('SIGINT');
    await settle();
    context.signal('SIGINT');
    const { exitCode, err } = await running;
    expect(exitCode).toBe(EXIT_CODES.interrupted.code);
    expect(err).toContain('fall back by themselves');
  });

  it('keeps a signal that comes while it starts', async () => {
    const stop = vi.fn(async () => undefined);
    const context = testContext({
      startGateway: async () => {
        context.signal('SIGTERM');
        return fakeGateway(stop);
      },
    });
    expect((await loadgate(['run', '--config', config], context)).exitCode).toBe(0);
    expect(stop).toHaveBeenCalledWith('SIGTERM');
  });

  it.each(['portInUse', 'storeUnavailable'] as const)('reports a refusal to start: %s', async (exit) => {
    const startGateway = async () => {
      throw Object.assign(new Error('the socket is taken; stop the other gateway'), { exit });
    };
    const { exitCode, err } = await loadgate(['run', '--config', config], testContext({ startGateway }));
    expect(exitCode).toBe(EXIT_CODES[exit].code);
    expect(err).toBe('loadgate: the socket is taken; stop the other gateway\n');
  });

  it('starts nothing on a wrong configuration', async () => {
    const startGateway = vi.fn();
    const { exitCode } = await loadgate(['run', '--gateway-id', 'A'], testContext({ startGateway }));
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(startGateway).not.toHaveBeenCalled();
  });
});

describe('loadgate replay', () => {
  const record = (result: ReplayResult) => recordContext(() => ({ replayJournal: () => result }));
  const same = { decisions: 3600, commands: 12, from: '2026-01-05T17:00:00Z', until: '2026-01-05T18:00:00Z' };

  it('reads the interval that was asked for, and reports that all came out the same', async () => {
    const { asked, close, context } = record(same);
    const args = [
      'replay',
      '--state-directory',
      folder,
      '--since',
      '2026-01-05T17:00',
      '--until',
      '2026-01-05T18:00:00+01:00',
    ];
    const { exitCode, out } = await loadgate(args, context);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^3600 decisions with 12 commands, .*: all came out the same again\.\n$/);
    expect(asked).toEqual([
      folder,
      { fromUtcMs: Date.UTC(2026, 0, 5, 17), untilUtcMs: Date.UTC(2026, 0, 5, 17) },
    ]);
    expect(close).toHaveBeenCalledOnce();
  });

  it('reports the first difference and says so by its exit code', async () => {
    const firstDifference = {
      at: '2026-01-05T17:12:00Z',
      runningMs: 720_000,
      path: 'commands[0].currentA',
      recorded: 16,
      replayed: 15.5,
    };
    const { context } = record({ ...same, firstDifference });
    const { exitCode, out } = await loadgate(['replay'], context);
    expect(exitCode).toBe(EXIT_CODES.replayDifference.code);
    expect(out).toContain('commands[0].currentA');
    expect(out).toContain('recorded  16\n  replayed  15.5\n');
  });

  it('prints the result as JSON', async () => {
    expect(JSON.parse((await loadgate(['replay', '--json'], record(same).context)).out)).toEqual(same);
  });

  it('says that nothing was decided in that time', async () => {
    const { exitCode, out } = await loadgate(['replay'], record({ decisions: 0, commands: 0 }).context);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'The journal holds no decision in this time.\n' });
  });

  it('says where a damaged journal goes on, after what could be decided again', async () => {
    const segments = function* () {
      yield { firstRunningMs: 0, lastRunningMs: 0, firstUtcMs: 0, lastUtcMs: 0, entries: [] };
      throw new Error('the journal: segment 2 is damaged; read from 2026-01-05T00:00:59.001Z');
    };
    const record = { ...EMPTY_RECORD, segments };
    const read: number[] = [];
    const replayJournal = (given: Iterable<{ readonly firstRunningMs: number }>) => {
      for (const { firstRunningMs } of given) read.push(firstRunningMs);
      return { decisions: read.length, commands: 0 };
    };
    const context = testContext({ openRecord: () => ({ ok: true, record }), replayJournal });
    const { exitCode, out, err } = await loadgate(['replay', '--json'], context);
    expect(exitCode).toBe(EXIT_CODES.storeUnavailable.code);
    expect(JSON.parse(out)).toEqual({
      decisions: 1,
      commands: 0,
      damage: 'the journal: segment 2 is damaged; read from 2026-01-05T00:00:59.001Z',
    });
    expect(err).toBe('loadgate: the journal: segment 2 is damaged; read from 2026-01-05T00:00:59.001Z\n');
  });

  it('says why the journal cannot be opened', async () => {
    const context = testContext({
      openRecord: () => ({ ok: false, detail: 'no database here; check the path' }),
    });
    const { exitCode, err } = await loadgate(['replay'], context);
    expect(exitCode).toBe(EXIT_CODES.storeUnavailable.code);
    expect(err).toBe('loadgate: no database here; check the path\n');
  });
});
