import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLog, type LogLevel } from '../../../src/adapters/pino/pinoLog.ts';

let path: string;
let descriptor: number;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-log-'));
  path = join(directory, 'log');
  descriptor = openSync(path, 'w');
  return () => {
    closeSync(descriptor);
    rmSync(directory, { recursive: true, force: true });
  };
});

const open = (level: LogLevel = 'debug') => createLog({ level, fileDescriptor: descriptor });

function lines(): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

it('has written a line when the call returns', () => {
  open().warn({ deviceId: 'grid', fault: 'device-timeout' }, 'the meter did not answer');
  expect(lines()).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      deviceId: 'grid',
      fault: 'device-timeout',
      message: 'the meter did not answer',
    },
  ]);
});

it.each<[LogLevel, string[]]>([
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['error', ['error']],
  ['silent', []],
])('at level %s writes %s', (level, expected) => {
  const log = open(level);
  for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name]({}, 'said');
  expect(lines().map((line) => line.level)).toEqual(expected);
});

it('gives the fields of a child to each of its lines', () => {
  open().child({ room: 'sync', password: 'p4ss' }).child({ topic: 'a/b' }).info({ count: 2 }, 'sent');
  expect(lines()[0]).toMatchObject({ room: 'sync', password: '[hidden]', topic: 'a/b', count: 2 });
});

describe('secrets', () => {
  it('are hidden by the name of their field, at any depth', () => {
    open().info(
      {
        password: 'p4ss',
        broker: {
          brokerPassword: 'p4ss',
          username: 'gateway',
          options: [{ privateKey: 'p4ss', port: 1883 }],
        },
        accessToken: 'p4ss',
        Authorization: 'p4ss',
        api_key: 'p4ss',
        clientSecret: { inner: 'p4ss' },
        psk: 'p4ss',
      },
      'connecting',
    );
    expect(readFileSync(path, 'utf8')).not.toContain('p4ss');
    expect(lines()[0]).toMatchObject({
      password: '[hidden]',
      broker: { username: 'gateway', options: [{ privateKey: '[hidden]', port: 1883 }] },
    });
  });

  it('are cut out of addresses, in fields, sentences and errors', () => {
    const address = 'mqtts://gateway:p4ss@broker.example:8883';
    open().error({ url: address, error: new Error(`cannot reach ${address}`) }, `lost ${address}`);
    expect(readFileSync(path, 'utf8')).not.toContain('p4ss');
    expect(lines()[0]).toMatchObject({
      url: 'mqtts://[hidden]@broker.example:8883',
      message: 'lost mqtts://[hidden]@broker.example:8883',
    });
  });
});

it('writes errors with their code and cause, bytes as their length, and survives circles', () => {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle.self = circle;
  const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'EIO' });
  open().error({ error, frame: new Uint8Array(256), circle, count: 5n }, 'failed');
  expect(lines()[0]).toMatchObject({
    error: { message: 'outer', code: 'EIO', stack: expect.any(String), cause: { message: 'inner' } },
    frame: '[256 bytes]',
    count: 5,
  });
});

it('lives on when its reader has gone away', () => {
  const module = new URL('../../../src/adapters/pino/pinoLog.ts', import.meta.url).href;
  const program = `
    const { createLog } = await import(${JSON.stringify(module)});
    const log = createLog({ level: 'info', fileDescriptor: 1 });
    for (let line = 0; line < 50; line += 1) log.info({ line }, 'x'.repeat(5000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.stderr.write('lived on');
  `;
  const command = `"${process.execPath}" --input-type=module -e "$PROGRAM" | head -c 1`;
  const { stderr } = spawnSync('sh', ['-c', command], {
    env: { ...process.env, PROGRAM: program },
    encoding: 'utf8',
  });
  expect(stderr).toContain('lived on');
});

it('lives on when the disk of the log is full', () => {
  const full = openSync('/dev/full', 'w');
  const log = createLog({ level: 'info', fileDescriptor: full });
  for (let line = 0; line < 300; line += 1) log.info({ line }, 'x'.repeat(5_000));
  closeSync(full);
});
