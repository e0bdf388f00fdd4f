import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Composition } from '../../src/cli/context.ts';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import { networkSchema } from '../../src/contract/network.ts';
import type { Ladder, NetworkChange } from '../../src/domain/network.ts';
import { describeLadder } from '../../src/network/describeLadder.ts';
import { judge, names } from '../network/healthyHome.ts';
import { LocalServer } from './localServer.ts';
import { loadgate, testContext } from './testContext.ts';

const SILENT = { kind: 'silent' } as const;
const NO_NAMES = names(SILENT, { '192.168.1.1': SILENT });
const WHOLE = judge({});
const BROKEN = judge({ names: NO_NAMES, tried: [], tls: undefined, session: undefined });

let folder: string;
let server: LocalServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-cli-'));
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function serve(ladder: Ladder): Promise<void> {
  server = new LocalServer(JSON.stringify(describeLadder(ladder)));
  await server.listen(folder);
}

/** Settings of a gateway that does not run. */
function settingsFile(): string {
  const file = join(folder, 'loadgate.jsonc');
  writeFileSync(file, JSON.stringify({ gatewayId: 'home-1', sitePlan: 'site.jsonc', runtimeDirectory: '.' }));
  return file;
}

function ask(args: readonly string[], composition: Partial<Composition> = {}) {
  return loadgate(['network', ...args], testContext(composition, { environment: {} }));
}

describe('loadgate network', () => {
  it('asks the running gateway, and shows a whole ladder in a line for each rung', async () => {
    await serve(WHOLE);
    const { exitCode, out } = await ask(['--runtime-directory', folder]);
    expect(exitCode).toBe(0);
    expect(server?.asked).toEqual(['GET /network']);
    expect(out).toBe(`The way to the back office stands; a round trip takes 23 ms

  passed  Cable or Wi-Fi    0 ms  The gateway is connected by cable or Wi-Fi
  passed  Own address       0 ms  The gateway has an address in the home network
  passed  Router            0 ms  The router answers
  passed  Names (DNS)       5 ms  The name of the broker is found
  passed  Clock             0 ms  The clock is right
  passed  Broadband         0 ms  The broadband works
  passed  Broker (TCP)      0 ms  The computer of the broker answers
  passed  Encryption (TLS)  0 ms  The broker has shown who it is
  passed  Own certificate   0 ms  The broker knows the certificate of this gateway
  passed  Session (MQTT)    0 ms  The broker lets this gateway in
  passed  Round trip        0 ms  A message to the broker and back gets through

Looked at 2026-01-05T12:00:00.000Z, took 1.2 s
`);
  });

  it('says of the broken rung what was seen, what to do and whose job it is, and ends with its own code', async () => {
    await serve(BROKEN);
    const { exitCode, out } = await ask(['--runtime-directory', folder]);
    expect(exitCode).toBe(EXIT_CODES.backOfficeUnreachable.code);
    expect(out).toContain(`Names (DNS): Nobody answers when the gateway looks up the name of the broker\n`);
    expect(out).toMatch(
      / {2}FAILED +Names \(DNS\) +5 ms +Nobody answers when the gateway looks up the name of the broker\n/,
    );
    expect(out).toContain('for an engineer: Every resolver times out.');
    expect(out).toContain('seen: by 192.168.1.1: no answer (5 ms)\n');
    expect(out).toMatch(/-> Switch the router off and on again .* \(the household\)\n/);
    expect(out).toMatch(/ {2}- +Broker \(TCP\) +Not reached: a rung below is broken\n/);
  });

  it('with --details shows what was looked at where all is well', async () => {
    await serve(WHOLE);
    const { out } = await ask(['--runtime-directory', folder, '--details']);
    expect(out).toContain('seen: default route (IPv4) over eth0 by 192.168.1.1: answers\n');
    expect(out).toContain('for an engineer: CONNACK with success\n');
  });

  it('with --json prints the rungs', async () => {
    await serve(BROKEN);
    const { out } = await ask(['--runtime-directory', folder, '--json']);
    expect(networkSchema.parse(JSON.parse(out))).toEqual(describeLadder(BROKEN));
  });

  it('a connection that stands is no failure, also where a new one would fail', async () => {
    await serve(judge({ names: NO_NAMES }));
    const { exitCode, out } = await ask(['--runtime-directory', folder]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^The connection stands, but a new one would fail\. Names \(DNS\): /);
  });

  it('climbs by itself where no gateway runs', async () => {
    const asked: string[] = [];
    const climbNetwork: Composition['climbNetwork'] = async ({ gatewayId }) => {
      asked.push(gatewayId);
      return BROKEN;
    };
    const { exitCode } = await ask(['--config', settingsFile()], { climbNetwork });
    expect(asked).toEqual(['home-1']);
    expect(exitCode).toBe(EXIT_CODES.backOfficeUnreachable.code);
  });

  it('leaves the session of a gateway alone that answers elsewhere', async () => {
    const refusal = Object.assign(new Error('a gateway holds it'), { exit: 'portInUse' });
    const climbNetwork = (): Promise<Ladder> => Promise.reject(refusal);
    const { exitCode, err } = await ask(['--config', settingsFile()], { climbNetwork });
    expect([exitCode, err]).toEqual([EXIT_CODES.portInUse.code, 'loadgate: a gateway holds it\n']);
  });

  it('names the settings that it needs where no gateway runs', async () => {
    const { exitCode, err } = await ask(['--runtime-directory', folder]);
    expect(exitCode).toBe(EXIT_CODES.wrongConfiguration.code);
    expect(err).toContain('gatewayId');
  });
});

describe('loadgate network --history', () => {
  const CHANGES: readonly NetworkChange[] = [
    {
      atUtcMs: Date.UTC(2026, 0, 5, 17),
      runningMs: 1,
      broken: 'wan',
      cause: 'wan-silent',
      sentence: 'Broadband: nothing answers',
    },
    { atUtcMs: Date.UTC(2026, 0, 5, 17, 12), runningMs: 2, cause: 'whole', sentence: 'The way stands' },
  ];

  function recordOf(networkChanges: readonly NetworkChange[]) {
    const record = { networkChanges: () => networkChanges, close: () => {} };
    return { openRecord: () => ({ ok: true, record }) } as unknown as Partial<Composition>;
  }

  it('shows when which rung was broken, and for how long', async () => {
    const { out } = await ask(['--history', '--state-directory', folder], recordOf(CHANGES));
    expect(out).toBe(
      '2026-01-05T17:00:00.000Z  Broadband  for 12 min 0 s  Broadband: nothing answers\n' +
        '2026-01-05T17:12:00.000Z  whole      until now       The way stands\n',
    );
  });

  it('is JSON when asked for, and a sentence when there is none', async () => {
    const { out } = await ask(['--history', '--json', '--state-directory', folder], recordOf(CHANGES));
    expect(JSON.parse(out)[0]).toMatchObject({ at: '2026-01-05T17:00:00.000Z', broken: 'wan' });
    const none = await ask(['--history', '--state-directory', folder], recordOf([]));
    expect(none.out).toBe('The way to the back office was never found broken.\n');
  });

  it('cannot be shown without a record', async () => {
    const openRecord = () => ({ ok: false, detail: 'no such file' }) as const;
    const { exitCode } = await ask(['--history', '--state-directory', folder], { openRecord });
    expect(exitCode).toBe(EXIT_CODES.storeUnavailable.code);
  });
});
