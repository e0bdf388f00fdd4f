import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Route } from '../../../src/adapters/http/localRoute.ts';
import { type LocalServer, serveLocal } from '../../../src/adapters/http/serveLocal.ts';

let folder = '';
let socketPath = '';
const open: LocalServer[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-http-'));
  socketPath = join(folder, 'loadgate.sock');
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/status', answer: () => ({ status: 200, body: { home: 'fine' } }) },
  { method: 'GET', path: '/healthz', answer: () => ({ status: 200, body: 'ok\n' }) },
  { method: 'GET', path: '/echo', answer: async (query) => ({ status: 200, body: query.get('say') ?? '' }) },
  {
    method: 'GET',
    path: '/broken',
    answer: () => {
      throw new Error('the page is torn');
    },
  },
];

async function serve(path = socketPath) {
  const result = await serveLocal({ socketPath: path, routes: ROUTES });
  if (result.ok) open.push(result.server);
  return result;
}

interface Response {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

function ask(path: string, method = 'GET'): Promise<Response> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method, agent: false }, (response) => {
      let body = '';
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, type: response.headers['content-type'], body }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the local socket', () => {
  it('answers an object as JSON and a text as text', async () => {
    await serve();
    expect(await ask('/status')).toEqual({
      status: 200,
      type: 'application/json',
      body: '{"home":"fine"}\n',
    });
    expect(await ask('/healthz')).toEqual({ status: 200, type: 'text/plain; charset=utf-8', body: 'ok\n' });
    expect((await ask('/echo?say=hello')).body).toBe('hello');
    expect(await ask('/status', 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('names the pages it has, and the methods that a page takes', async () => {
    await serve();
    const missing = await ask('/nothing');
    expect(missing.status).toBe(404);
    expect(JSON.parse(missing.body).known).toContain('GET /status');
    expect(await ask('/status', 'POST')).toMatchObject({ status: 405 });
    expect(await ask('/status', 'DELETE')).toMatchObject({ status: 405 });
    expect((await ask('http://[')).status).toBe(400);
  });

  it('survives a page that fails', async () => {
    await serve();
    expect(await ask('/broken')).toMatchObject({
      status: 500,
      body: expect.stringContaining('the page is torn'),
    });
    expect((await ask('/status')).status).toBe(200);
  });

  it('survives a visitor who speaks no HTTP', async () => {
    await serve();
    await new Promise<void>((resolve) => {
      const visitor = connect(socketPath, () => visitor.end('\x16\x03\x01garbage\r\n\r\n'));
      visitor.on('close', () => resolve());
      visitor.resume();
    });
    expect((await ask('/status')).status).toBe(200);
  });

  it('may be opened by the own user alone', async () => {
    await serve();
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  it('makes its folder, and removes its file at the end', async () => {
    socketPath = join(folder, 'deep', 'er', 'loadgate.sock');
    await serve();
    expect((await ask('/status')).status).toBe(200);
    await open.pop()?.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  it('takes the place of a socket that a killed process left behind', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await new Promise((resolve) => spawn(process.execPath, ['-e', script]).once('exit', resolve));
    expect(existsSync(socketPath)).toBe(true);
    expect((await serve()).ok).toBe(true);
    expect((await ask('/status')).status).toBe(200);
  });

  it('leaves alone a socket on which somebody answers, and says so', async () => {
    await serve();
    expect(await serve()).toMatchObject({
      ok: false,
      cause: 'inUse',
      detail: expect.stringContaining(socketPath),
    });
    expect((await ask('/status')).status).toBe(200);
  });

  it('lets one of two gateways that start together have it', async () => {
    const results = await Promise.all([serve(), serve(), serve()]);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok).map((result) => result.ok || result.cause)).toEqual([
      'inUse',
      'inUse',
    ]);
  });

  it('removes no file that is not a socket', async () => {
    writeFileSync(socketPath, 'a letter');
    expect(await serve()).toMatchObject({ ok: false, cause: 'unavailable' });
    expect(existsSync(socketPath)).toBe(true);
  });

  it('refuses a path that the system would cut off', async () => {
    const result = await serve(join(folder, 'x'.repeat(120)));
    expect(result).toMatchObject({
      ok: false,
      cause: 'unavailable',
      detail: expect.stringContaining('107 bytes'),
    });
  });

  it('says that a folder may not be written', async () => {
    // A folder of the kernel: not even root may make a socket there.
    expect(await serve('/sys/kernel/loadgate.sock')).toMatchObject({ ok: false, cause: 'unavailable' });
  });

  it('says that a file stands where its folder should be', async () => {
    writeFileSync(join(folder, 'run'), '');
    expect(await serve(join(folder, 'run', 'loadgate.sock'))).toMatchObject({
      ok: false,
      cause: 'unavailable',
    });
  });

  it('does not let a visitor who never finishes hold up the end', async () => {
    await serve();
    const visitor = connect(socketPath);
    await new Promise<void>((resolve) => visitor.write('GET /status HTTP/1.1\r\n', () => resolve()));
    visitor.on('error', () => undefined);
    await open.pop()?.close();
    visitor.destroy();
    expect(existsSync(socketPath)).toBe(false);
  });
});
