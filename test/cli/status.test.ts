import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exitCodes.ts';
import { renderStatus } from '../../src/cli/renderStatus.ts';
import { EXAMPLE_STATUS } from './exampleStatus.ts';
import { loadgate, testContext } from './testContext.ts';

let folder = '';
let server: Server | undefined;
let asked = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-status-'));
});
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function answering(body: string, statusCode = 200): Promise<void> {
  const listening = createServer((request, response) => {
    asked = `${request.method} ${request.url}`;
    response.writeHead(statusCode).end(body);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(join(folder, 'loadgate.sock'), resolve));
}

describe('loadgate status', () => {
  it('shows flows, loads, faults with the next step, silent devices, broker and record', async () => {
    await answering(JSON.stringify(EXAMPLE_STATUS));
    const { exitCode, out, err } = await loadgate(['status', '--runtime-directory', folder]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatchInlineSnapshot(`
      "single-phase-home  2026-01-05T17:30:00.000Z  running 1 h 2 min  clock synced  normal

      The cut-out of connection-point holds the import at 54.0 A; 53.2 A flow on L1.

      Flows
        connection-point  L1  import 53.2 A  import at most 54.0 A  export at most 16.0 A
        connection-point  L2  export 3.0 A
        connection-point  L3  unknown

      Loads
        charge-point  told 21.5 A  in force 21.5 A   draws 21.2 A  Narrowed to 21.5 A by the cut-out.
        immersion     told open    in force unknown                Off: the car is served first.
        second        told paused  in force paused                 Paused.

      Faults
        meter-stale  grid  for 5 s  The meter has not given a fresh reading in time
                                    -> Check the meter supply

      Silent devices
        grid-meter  last answer 10 s ago
        relay       has not answered yet

      Broker  not connected, 12 in the outbox
      Record  restored, last commit 10 s ago
      Cycle   3725 done, last 4 ms, worst 32 ms
      "
    `);
  });

  it('says until when the certificate is good, and where its renewal stands', () => {
    const certificate = { sentence: 'Valid until 2027-07-01T00:00:00.000Z, for 181 days' };
    expect(renderStatus({ ...EXAMPLE_STATUS, sync: { ...EXAMPLE_STATUS.sync, certificate } })).toMatch(
      /^Certificate +Valid until 2027-07-01T00:00:00.000Z, for 181 days$/m,
    );
  });

  it('prints the whole status as JSON', async () => {
    await answering(JSON.stringify(EXAMPLE_STATUS));
    const { out } = await loadgate(['status', '--json', '--runtime-directory', folder]);
    expect(JSON.parse(out)).toEqual(EXAMPLE_STATUS);
  });

  it('finds the socket by the settings file or the environment as well', async () => {
    await answering(JSON.stringify(EXAMPLE_STATUS));
    const context = testContext({}, { environment: { LOADGATE_RUNTIME_DIRECTORY: folder } });
    expect((await loadgate(['status'], context)).exitCode).toBe(0);
  });

  it('says that no gateway runs, where it looked and what to do', async () => {
    const { exitCode, err, out } = await loadgate(['status', '--json', '--runtime-directory', folder]);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.gatewayNotRunning.code, out: '' });
    expect(err).toBe(
      `loadgate: ${folder}/loadgate.sock: expected a running gateway, found no such socket; ` +
        'start it with `loadgate run`, or name its folder with --runtime-directory\n',
    );
  });

  it.each([
    ['no JSON', 'hello', 200, 'at the whole'],
    ['another form', JSON.stringify({ ...EXAMPLE_STATUS, schema: 'loadgate.status/9' }), 200, 'at schema'],
    ['a refusal', '{"error":"the page failed"}', 500, 'the page failed'],
  ])('does not take %s for a status', async (_, body, statusCode, said) => {
    await answering(body, statusCode);
    const { exitCode, out, err } = await loadgate(['status', '--runtime-directory', folder]);
    expect({ exitCode, out }).toEqual({ exitCode: EXIT_CODES.notUnderstood.code, out: '' });
    expect(err).toContain(said);
  });

  it('says that the gateway is still starting', async () => {
    await answering('{"error":"the gateway is starting"}', 503);
    const { exitCode, err } = await loadgate(['status', '--runtime-directory', folder]);
    expect(exitCode).toBe(EXIT_CODES.gatewayNotRunning.code);
    expect(err).toContain('still starting; ask again');
  });

  it('says nothing of faults and silent devices when there are none, and names the safe posture', () => {
    const text = renderStatus({ ...EXAMPLE_STATUS, posture: 'safe', faults: [], devices: [] });
    expect(text).not.toContain('Faults');
    expect(text).not.toContain('Silent');
    expect(text).toContain('SAFE POSTURE');
  });
});

describe('loadgate acknowledge', () => {
  const acknowledge = ['acknowledge', '--runtime-directory'];

  it.each([
    [true, 'Acknowledged: '],
    [false, 'Nothing to acknowledge: '],
  ])('says whether there was a lost record to acknowledge: %s', async (isAcknowledged, said) => {
    await answering(JSON.stringify({ isAcknowledged }));
    const { exitCode, out } = await loadgate([...acknowledge, folder]);
    expect(exitCode).toBe(0);
    expect(out).toContain(said);
    expect(asked).toBe('POST /acknowledge');
    expect(JSON.parse((await loadgate([...acknowledge, folder, '--json'])).out)).toEqual({ isAcknowledged });
  });

  it('does not take another answer for a yes, and says that no gateway runs', async () => {
    expect((await loadgate([...acknowledge, folder])).exitCode).toBe(EXIT_CODES.gatewayNotRunning.code);
    await answering('{"isAcknowledged":"perhaps"}');
    const { exitCode, err } = await loadgate([...acknowledge, folder]);
    expect(exitCode).toBe(EXIT_CODES.notUnderstood.code);
    expect(err).toContain('without isAcknowledged');
  });
});

describe('loadgate why', () => {
  it('says the sentence that binds and one for each load', async () => {
    await answering(JSON.stringify(EXAMPLE_STATUS));
    const { out } = await loadgate(['why', '--runtime-directory', folder]);
    expect(out).toBe(
      `${EXAMPLE_STATUS.sentence}\n` +
        '  charge-point: Narrowed to 21.5 A by the cut-out.\n' +
        '  immersion: Off: the car is served first.\n' +
        '  second: Paused.\n',
    );
  });

  it('gives the reasons as JSON', async () => {
    await answering(JSON.stringify(EXAMPLE_STATUS));
    const { out } = await loadgate(['why', '--json', '--runtime-directory', folder]);
    expect(JSON.parse(out)).toMatchObject({
      sentence: EXAMPLE_STATUS.sentence,
      loads: [{ loadId: 'charge-point', reason: { kind: 'limit', source: 'protection' } }, {}, {}],
    });
  });

  it('says that no gateway runs', async () => {
    const { exitCode } = await loadgate(['why', '--runtime-directory', folder]);
    expect(exitCode).toBe(EXIT_CODES.gatewayNotRunning.code);
  });
});
