import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { OwnedProcess } from './ownedProcess.ts';
import { until } from './waiting.ts';

const PROGRAM = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';

export const hasMosquitto = existsSync(PROGRAM);

/** A broker on a port and with a database of its own, which can be killed and started again. */
export class Mosquitto {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #process: OwnedProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
    const configuration = [
      // Started by root it would become another user, who may not read this folder.
      `user ${userInfo().username}`,
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${folder}/`,
      // Sessions outlive a kill: they are written after every change.
      'autosave_on_changes true',
      'autosave_interval 1',
    ];
    writeFileSync(join(folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`);
  }

  /** @param folder must exist */
  static async create(folder: string): Promise<Mosquitto> {
    return new Mosquitto(folder, await freePort());
  }

  get process(): OwnedProcess {
    if (this.#process === undefined) throw new Error('the broker was never started');
    return this.#process;
  }

  async start(): Promise<void> {
    this.#process = new OwnedProcess({
      name: 'the broker',
      command: [PROGRAM, '-c', join(this.#folder, 'mosquitto.conf')],
      logFile: join(this.#folder, 'mosquitto.log'),
    });
    await until('the broker listens', () => this.#answers(), { withinMs: 10_000, everyMs: 25 });
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
