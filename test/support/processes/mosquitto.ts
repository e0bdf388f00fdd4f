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
  /** Certificates that count no more. Its WebSocket does not look there. */
  readonly revocationListFile?: string;
}

/** Sessions outlive a kill: they are written after every change. A broker with thousands of sessions would do nothing else. */
const KEPT = ['persistence true', 'autosave_on_changes true', 'autosave_interval 1'];

export interface MosquittoOptions {
  /** Absent: whoever comes, without TLS. */
  readonly guard?: Guard;
  /** False: nothing outlives a kill. */
  readonly isKept?: boolean;
  /** A second way in, under the same guard. Mosquitto opens it on all addresses, whatever it is told. */
  readonly hasWebSocket?: boolean;
}

/** A broker on a port and with a database of its own, which can be killed and started again. */
export class Mosquitto {
  readonly url: string;
  /** Where it has one. */
  readonly webSocketUrl: string;
  /** For a subscriber on all topics, who needs no certificate. */
  readonly watchUrl: string;
  readonly #folder: string;
  readonly #ports: readonly number[];
  #process: OwnedProcess | undefined;

  private constructor(
    folder: string,
    { port, watchPort, webSocketPort }: Readonly<Record<'port' | 'watchPort' | 'webSocketPort', number>>,
    { guard, isKept = true, hasWebSocket = false }: MosquittoOptions,
  ) {
    this.#folder = folder;
    this.#ports = [port, watchPort, ...(hasWebSocket ? [webSocketPort] : [])];
    const seal = guard === undefined ? '' : 's';
    this.url = `mqtt${seal}://127.0.0.1:${port}`;
    this.webSocketUrl = `ws${seal}://127.0.0.1:${webSocketPort}/mqtt`;
    this.watchUrl = `mqtt://127.0.0.1:${watchPort}`;
    const admission = guard === undefined ? ['allow_anonymous true'] : linesOf(guard);
    const configuration = [
      'per_listener_settings true',
      // Started by root it would become another user, who may not read this folder.
      `user ${userInfo().username}`,
      // Otherwise an acknowledgement on its way to a subscriber holds up the message behind it.
      'set_tcp_nodelay true',
      // As config/mosquitto has them: by default what is more than 1000 behind is dropped, although it was acknowledged.
      'max_queued_messages 0',
      'max_inflight_messages 1000',
      ...(isKept ? [...KEPT, `persistence_location ${folder}/`] : []),
      `listener ${port} 127.0.0.1`,
      ...admission,
      // Behind the other one: Mosquitto 2.0 does not start when a WebSocket is all that it has.
      ...(hasWebSocket ? [`listener ${webSocketPort}`, 'protocol websockets', ...admission] : []),
      `listener ${watchPort} 127.0.0.1`,
      'allow_anonymous true',
    ];
    writeFileSync(join(folder, 'mosquitto.conf'), `${configuration.join('\n')}\n`);
  }

  /** @param folder must exist */
  static async create(folder: string, options: MosquittoOptions = {}): Promise<Mosquitto> {
    const [port, watchPort, webSocketPort] = [await freePort(), await freePort(), await freePort()];
    return new Mosquitto(folder, { port, watchPort, webSocketPort }, options);
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
    for (const port of this.#ports) {
      await until('the broker listens', () => answers(port), { withinMs: 10_000, everyMs: 25 });
    }
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** It reads its lists again; connections that stand are left alone. */
  reload(): void {
    this.process.hangUp();
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function linesOf({ identity, accessListFile, revocationListFile }: Guard): readonly string[] {
  return [
    `cafile ${identity.certificateAuthorityFile}`,
    `certfile ${identity.certificateFile}`,
    `keyfile ${identity.keyFile}`,
    'require_certificate true',
    'use_identity_as_username true',
    ...(revocationListFile === undefined ? [] : [`crlfile ${revocationListFile}`]),
    'allow_anonymous false',
    `acl_file ${accessListFile}`,
  ];
}

/** One whose settings are the test's own. */
export function startAsConfigured(folder: string, configuration: string): OwnedProcess {
  const file = join(folder, 'as-configured.conf');
  writeFileSync(file, `user ${userInfo().username}\n${configuration}`);
  return new OwnedProcess({
    name: 'the broker',
    command: [PROGRAM, '-c', file],
    logFile: join(folder, 'as-configured.log'),
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
