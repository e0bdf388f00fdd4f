import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Identity } from '../../support/processes/pki.ts';

export interface OpenServer {
  readonly port: number;
  /** Everything that clients sent, put together. */
  heard(): string;
  close(): Promise<void>;
}

/** A TCP server on loopback. */
export function serve(greet: (socket: Socket) => void): Promise<OpenServer> {
  return open(createServer(), greet, 'connection');
}

/** A TLS server on loopback. */
export function serveTls(
  { certificateFile, keyFile }: Identity,
  options: TlsOptions = {},
  greet: (socket: Socket) => void = () => {},
): Promise<OpenServer> {
  const own = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  return open(createTlsServer({ ...own, ...options }), greet, 'secureConnection');
}

async function open(server: Server, greet: (socket: Socket) => void, event: string): Promise<OpenServer> {
  const sockets = new Set<Socket>();
  const parts: string[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  server.on(event, (socket: Socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => parts.push(data.toString('latin1')));
    greet(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    heard: () => parts.join(''),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A port of loopback on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await serve(() => {});
  await server.close();
  return server.port;
}

export function makeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'loadgate-network-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
