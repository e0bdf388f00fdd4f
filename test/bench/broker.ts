import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { BenchProcess } from './children.ts';

const MOSQUITTO = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';
const HOST = '127.0.0.1';

/** A mosquitto of the bench's own, on a free port of the loopback, with nothing on disk. */
export async function startBroker(
  folder: string,
): Promise<{ readonly url: string; readonly process: BenchProcess }> {
  if (!existsSync(MOSQUITTO)) {
    throw new Error(`expected the broker at ${MOSQUITTO}, found nothing; install mosquitto or set MOSQUITTO`);
  }
  const port = await freePort();
  const configuration = join(folder, 'mosquitto.conf');
  const lines = [
    // Started by root it would become another user, who may not read this folder.
    `user ${userInfo().username}`,
    `listener ${port} ${HOST}`,
    'allow_anonymous true',
    // Otherwise an acknowledgement on its way to a subscriber holds up the message behind it.
    'set_tcp_nodelay true',
  ];
  writeFileSync(configuration, `${lines.join('\n')}\n`);
  const broker = new BenchProcess(
    'mosquitto',
    [MOSQUITTO, '-c', configuration],
    join(folder, 'mosquitto.log'),
  );
  await broker.until('listening', () => answers(port), 10_000);
  return { url: `mqtt://${HOST}:${port}`, process: broker };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
