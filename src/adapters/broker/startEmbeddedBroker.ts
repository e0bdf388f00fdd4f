import { createServer, type Server } from 'node:net';
import { Aedes } from 'aedes';
import type { Log } from '../../ports/log.ts';

export interface EmbeddedBrokerOptions {
  /** A loopback address: this broker asks nobody who they are. */
  readonly host: '127.0.0.1' | '::1';
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
}

export interface EmbeddedBroker {
  readonly port: number;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

export type EmbeddedBrokerStart =
  | { readonly ok: true; readonly broker: EmbeddedBroker }
  | { readonly ok: false; readonly detail: string };

/** An MQTT 3.1.1 broker inside this process, for a demonstration on one machine. It keeps nothing on disk. */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBrokerStart> {
  const { host, log, port } = options;
  const aedes = await Aedes.createBroker();
  aedes.on('clientError', (client, error) => {
    log.warn({ clientId: client.id, detail: error.message }, 'A client of the embedded broker failed');
  });
  aedes.on('connectionError', (_client, error) => {
    log.warn({ detail: error.message }, 'A connection to the embedded broker failed');
  });
  const server = createServer((socket) => {
    aedes.handle(socket);
  });
  const failure = await listen(server, host, port);
  if (failure !== undefined) {
    await closeBroker(aedes);
    return { ok: false, detail: sentence(failure, host, port) };
  }
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    ok: true,
    broker: {
      port: boundPort,
      close: async () => {
        const serverClosed = new Promise<void>((resolve) => server.close(() => resolve()));
        await closeBroker(aedes);
        await serverClosed;
      },
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen({ host, port }, () => {
      server.off('error', resolve);
      resolve(undefined);
    });
  });
}

function closeBroker(aedes: Aedes): Promise<void> {
  return new Promise((resolve) => {
    aedes.close(() => resolve());
  });
}

function sentence(error: NodeJS.ErrnoException, host: string, port: number): string {
  const place = `The embedded broker cannot listen on ${host}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return `${place}: the port is in use. Stop what uses it, or choose another port.`;
  }
  if (error.code === 'EACCES') {
    return `${place}: this user may not open the port. Choose one from 1024 on.`;
  }
  return `${place}: ${error.message}`;
}
