import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { OwnedProcess } from './ownedProcess.ts';
import type { Identity } from './pki.ts';
import { until } from './waiting.ts';

const PROGRAM = process.env.MOSQUITTO ?? '/usr/sbin/mosquitto';

export const hasMosquitto = existsSync(PROGRAM);

/** Who may come in, and what each may do: by the name in the certificate. */
export interface Guard {
  readonly identity: Identity;
  readonly accessListFile: string;
}

/** Sessions outlive a kill: they are written after every change. A broker with thousands of sessions would do nothing else. */
const KEPT = ['persistence true', 'autosave_on_changes true', 'autosave_interval 1'];

export interface MosquittoOptions {
  /** Absent: whoever comes, without TLS. */
  readonly guard?: Guard;
  /** False: nothing outlives a kill. */
  readonly isKept?: boolean;
}

/** A broker on a port and with a database of its own, which can be killed and started again. */
export class Mosquitto {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;
  #process: OwnedProcess | undefined;

  private constructor(folder: string, port: number, { guard, isKept = true }: MosquittoOptions) {
    this.#folder = folder;
    this.#port = port;
    this.url = `${guard === undefined ? 'mqtt' : 'mqtts'}://127.0.0.1:${port}`;
    const configuration = [
      // Started by root it would become another user, who may not read this folder.
      `user ${userInfo().username}`,
      `listener ${port} 127.0.0.1`,
      // Otherwise an acknowledgement on its way to a subscriber holds up the message behind it.
      'set_tcp_nodelay true',
      // As config/mosquitto has them: by default what is more than 1000 behind is dropped, although it was acknowledged.
      'max_queued_messages 0',
      'max_inflight_messages 1000',
      ...(guard === undefined ? ['allow_anonymous true'] : linesOf(guard)),
      ...(isKept ? [...KEPT, `persistence_location ${folder}/`] : []),
    ];
    writeFileSync(join(folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`);
  }

  /** @param folder must exist */
  static async create(folder: string, options: MosquittoOptions = {}): Promise<Mosquitto> {
    return new Mosquitto(folder, await freePort(), options);
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

function linesOf({ identity, accessListFile }: Guard): readonly string[] {
  return [
    `cafile ${identity.certificateAuthorityFile}`,
    `certfile ${identity.certificateFile}`,
    `keyfile ${identity.keyFile}`,
    'require_certificate true',
    'use_identity_as_username true',
    'allow_anonymous false',
    `acl_file ${accessListFile}`,
  ];
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
