import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { OwnedProcess } from './ownedProcess.ts';
import { sleep } from './waiting.ts';

/** Listens and takes no call: once its queue is full, whoever else calls gets no answer at all. */
const LISTENER = `
import socket, sys, time
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(0)
print(listener.getsockname()[1], flush=True)
time.sleep(3600)
`;

export interface DeafPort {
  readonly port: number;
  close(): Promise<void>;
}

/** A port that swallows every call, as behind a firewall that drops it. @param folder for its log */
export async function openDeafPort(folder: string): Promise<DeafPort> {
  const announced = Promise.withResolvers<number>();
  const listener = new OwnedProcess({
    name: 'the deaf port',
    command: ['/usr/bin/python3', '-c', LISTENER],
    logFile: join(folder, 'deafPort.log'),
    onLine: (line) => announced.resolve(Number(line)),
  });
  const port = await announced.promise;
  const callers: Socket[] = [];
  for (let isFull = false; !isFull; ) {
    const caller = connect(port, '127.0.0.1').on('error', () => {});
    callers.push(caller);
    isFull = await Promise.race([
      once(caller, 'connect').then(() => false),
      sleep(300).then(() => caller.connecting),
    ]);
  }
  return {
    port,
    close: async () => {
      for (const caller of callers) caller.destroy();
      await listener.kill();
    },
  };
}
