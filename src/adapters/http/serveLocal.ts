import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { type Answer, chooseRoute, type Route } from './localRoute.ts';

/** Length of sun_path in unix(7) less the closing zero; Node.js cuts longer ones off without a word. */
const LONGEST_SOCKET_PATH = 107;

export interface LocalServerOptions {
  readonly socketPath: string;
  readonly routes: readonly Route[];
}

export type ServeLocalResult =
  | { readonly ok: true; readonly server: LocalServer }
  /** `inUse`: another process answers on this socket. `unavailable`: the socket cannot be made. */
  | { readonly ok: false; readonly cause: 'inUse' | 'unavailable'; readonly detail: string };

/** The open socket. Closing it removes the file and ends the requests under way. */
export class LocalServer {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/**
 * Answers HTTP on a unix domain socket that only the own user may open (mode 0600). A socket that a killed process
 * left behind is removed; one on which somebody answers is left alone, so two gateways never share a home.
 */
export async function serveLocal({ socketPath, routes }: LocalServerOptions): Promise<ServeLocalResult> {
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH) {
    const detail = `${socketPath}: a socket path has at most ${LONGEST_SOCKET_PATH} bytes; use a shorter runtimeDirectory`;
    return { ok: false, cause: 'unavailable', detail };
  }
  try {
    mkdirSync(dirname(socketPath), { recursive: true });
    const occupied = await clearTheWay(socketPath);
    if (occupied !== undefined) return occupied;
    const server = createServer((request, response) => {
      void respond(routes, request, response);
    });
    await listen(server, socketPath);
    return { ok: true, server: new LocalServer(server) };
  } catch (error) {
    // Somebody else was faster between the look and the listening.
    const cause = isSystemError(error) && error.code === 'EADDRINUSE' ? 'inUse' : 'unavailable';
    return { ok: false, cause, detail: `${socketPath}: ${error instanceof Error ? error.message : error}` };
  }
}

/** Removes what a killed process left behind; says what else stands in the way. */
async function clearTheWay(socketPath: string): Promise<ServeLocalResult | undefined> {
  const found = lstatSync(socketPath, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isSocket()) {
    const detail = `${socketPath}: expected a socket or nothing, found something else; remove it`;
    return { ok: false, cause: 'unavailable', detail };
  }
  const failure = await tryToConnect(socketPath);
  if (failure === undefined) {
    const detail = `${socketPath}: another gateway answers there; stop it, or give this one its own runtimeDirectory`;
    return { ok: false, cause: 'inUse', detail };
  }
  if (failure.code !== 'ECONNREFUSED' && failure.code !== 'ENOENT') throw failure;
  rmSync(socketPath, { force: true });
  return undefined;
}

/** Why nobody answers; nothing when somebody does. */
function tryToConnect(socketPath: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('error', resolve);
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket comes into being inside listen(): without the mask it would be open to all for a moment.
    const before = process.umask(0o177);
    try {
      server.listen(socketPath, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

async function respond(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  const method = request.method ?? 'GET';
  const answer = await answerTo(routes, method, request.url ?? '/');
  const isText = typeof answer.body === 'string';
  const contentType = isText ? (answer.contentType ?? 'text/plain; charset=utf-8') : 'application/json';
  response.writeHead(answer.status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(method === 'HEAD' ? undefined : isText ? answer.body : `${JSON.stringify(answer.body)}\n`);
}

async function answerTo(routes: readonly Route[], method: string, target: string): Promise<Answer> {
  const url = URL.parse(target, 'http://gateway');
  if (url === null) return { status: 400, body: { error: 'the address of the request cannot be read' } };
  const chosen = chooseRoute(routes, method, url.pathname);
  if (!('answer' in chosen)) return chosen;
  try {
    return await chosen.answer(url.searchParams);
  } catch (error) {
    // A page that fails must not take the control cycle down with it.
    return {
      status: 500,
      body: { error: `the page failed: ${error instanceof Error ? error.message : error}` },
    };
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
