import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { WebHandler, WebStream } from '../../ports/web.ts';

/** The largest body: a registration of 20,000 gateways. */
const MOST_BODY_BYTES = 8 * 1_048_576;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Written and not yet read by the other side; with more it counts as too slow. */
const MOST_UNREAD_BYTES = 1_048_576;

export interface ServeDeskOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** PEM. Absent: without TLS. */
  readonly tls?: { readonly certificate: Buffer; readonly key: Buffer };
  readonly handle: WebHandler;
}

export interface DeskServer {
  /** As it listens, with the port that was free. */
  readonly url: string;
  close(): Promise<void>;
}

export type ServeDeskResult =
  | { readonly ok: true; readonly server: DeskServer }
  | { readonly ok: false; readonly cause: 'inUse' | 'unavailable'; readonly detail: string };

/** Answers HTTP, or HTTPS, on an address. Requests that are cut short or too large never reach the handler. */
export async function serveDesk({ host, port, tls, handle }: ServeDeskOptions): Promise<ServeDeskResult> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(handle, request, response);
  };
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  try {
    const server =
      tls === undefined
        ? createServer(limits, listener)
        : createSecureServer(
            { ...limits, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' },
            listener,
          );
    await listen(server, host, port);
    return { ok: true, server: deskServer(server, host, tls !== undefined) };
  } catch (error) {
    const isInUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const found = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      cause: isInUse ? 'inUse' : 'unavailable',
      detail: `${host}:${port}: expected an address to listen at, found: ${found}; choose another one in "listen".`,
    };
  }
}

function deskServer(server: Server, host: string, isSecure: boolean): DeskServer {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function respond(
  handle: WebHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://desk');
  const body = await readBody(request);
  if (url === null || body === undefined) {
    const status = url === null ? 400 : 413;
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(status === 400 ? 'The address cannot be read\n' : 'The body is too large\n');
    return;
  }
  const answer = await handle({
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : value,
      ]),
    ),
    body,
    from: request.socket.remoteAddress ?? '',
  });
  if (response.destroyed) return;
  response.writeHead(answer.status, answer.headers);
  if ('body' in answer) response.end(request.method === 'HEAD' ? undefined : answer.body);
  else if (request.method === 'HEAD') response.end();
  else stream(answer.open, response);
}

function stream(open: (stream: WebStream) => () => void, response: ServerResponse): void {
  response.flushHeaders();
  const close = open({
    write: (text) => {
      if (response.destroyed || response.writableEnded) return false;
      response.write(text);
      return response.writableLength <= MOST_UNREAD_BYTES;
    },
    end: () => response.end(),
  });
  response.on('close', close);
}

/** Nothing for one that is too large or was cut short. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    request.on('data', (part: Buffer) => {
      bytes += part.byteLength;
      if (bytes > MOST_BODY_BYTES) resolve(undefined);
      else parts.push(part);
    });
    request.on('error', () => resolve(undefined));
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
  });
}
