// What lies between the pages, the desk and the homes: a way that can be cut, and a broker.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const MOSQUITTO = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';

/** The way from the pages to the desk, which can be cut as a network can. */
export async function openWay(deskPort: number) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const onward = connect(deskPort, '127.0.0.1');
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    setSilent: (isSilent: boolean) => {
      isCut = isSilent;
      if (isSilent) cut();
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

export async function startBroker(folder: string, port: number): Promise<ChildProcess> {
  const file = join(folder, 'mosquitto.conf');
  // Started by root it would become another user, who may not read this folder.
  const lines = [`user ${userInfo().username}`, `listener ${port} 127.0.0.1`, 'allow_anonymous true'];
  // Else it throws answers away when thousands of homes answer at once.
  writeFileSync(file, [...lines, 'max_queued_messages 0', ''].join('\n'));
  const broker = spawn(MOSQUITTO, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const chunk of broker.stderr) if (String(chunk).includes(' running')) break;
  return broker;
}
