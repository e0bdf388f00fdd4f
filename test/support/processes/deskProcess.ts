import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../../src/contract/desk.ts';
import { DeskClient } from '../deskClient.ts';
import { type TestKeys, writePrivateKey } from '../keys.ts';
import { type CommandResult, LOADGATE, runLoadgate } from './loadgateCommand.ts';
import { OwnedProcess } from './ownedProcess.ts';
import type { Identity } from './pki.ts';
import { patience } from './waiting.ts';

const PASSWORD = 'a long pass phrase of a test';
const PASSWORD_FILE = 'password';
const STAND_WITHIN_MS = 30_000;

export interface DeskOptions {
  /** Must exist; everything of the desk lies in it. */
  readonly folder: string;
  readonly brokerUrl: string;
  /** Absent: without TLS. */
  readonly identity?: Identity;
  readonly distributor: string;
  /** Of whom it signs for. */
  readonly keys: TestKeys;
  readonly speed?: number;
}

/** The desk of a distributor as a process of its own, with people who are known to it. */
export class DeskProcess {
  readonly #options: DeskOptions;
  readonly #url: Promise<string>;
  readonly #process: OwnedProcess;

  private constructor(options: DeskOptions, configuration: string) {
    this.#options = options;
    let stand: (url: string) => void = () => undefined;
    this.#url = new Promise((resolve) => {
      stand = resolve;
    });
    this.#process = new OwnedProcess({
      name: 'the desk',
      command: [process.execPath, LOADGATE, 'desk', 'run', '--config', configuration],
      logFile: join(options.folder, 'desk.log'),
      onLine: (line) => {
        const url = /listening on (\S+)/.exec(line)?.[1];
        if (url !== undefined) stand(url);
      },
    });
  }

  /** Writes its settings, makes its people and starts it. It does not wait until it stands. */
  static async start(
    options: DeskOptions,
    people: Readonly<Record<string, readonly Role[]>>,
  ): Promise<DeskProcess> {
    const { folder, brokerUrl, identity, distributor, keys, speed = 1 } = options;
    const configuration = join(folder, 'desk.jsonc');
    const keyFile = writePrivateKey(join(folder, 'distributor.key'), keys.distributor);
    const settings = {
      listen: { port: 0 },
      stateDirectory: 'state',
      usersFile: 'users.json',
      broker: { url: brokerUrl, ...identity },
      signingKeys: [{ distributor, keyFile, keyId: keys.distributor.keyId }],
      simulation: { speed },
    };
    writeFileSync(configuration, JSON.stringify(settings));
    const passwordFile = join(folder, PASSWORD_FILE);
    writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    for (const [name, roles] of Object.entries(people)) {
      const person = ['user', 'add', name, '--roles', roles.join(','), '--password-file', passwordFile];
      const added = await runLoadgate(['desk', ...person, '--config', configuration]);
      if (added.code !== 0) throw new Error(`desk user add ${name}: ${added.stderr}`);
    }
    return new DeskProcess(options, configuration);
  }

  get process(): OwnedProcess {
    return this.#process;
  }

  /** Where it listens, once it does. */
  async url(): Promise<string> {
    const url = await patience(
      Promise.race([this.#url, this.#process.ended.then(() => undefined)]),
      STAND_WITHIN_MS,
    );
    if (url === undefined) throw new Error(`does not stand: ${this.#process.account()}`);
    return url;
  }

  async logIn(user: string): Promise<DeskClient> {
    return await DeskClient.logIn(await this.url(), user, PASSWORD);
  }

  /** Logs in by the command line. @returns how to give commands as that person */
  async sitDown(user: string): Promise<(...args: readonly string[]) => Promise<unknown>> {
    const { folder } = this.#options;
    const loginFile = join(folder, `login-${user}`);
    const give = async (...args: readonly string[]): Promise<CommandResult> => {
      const result = await runLoadgate(['desk', ...args, '--login-file', loginFile]);
      if (result.code !== 0) throw new Error(`desk ${args.join(' ')}: ${result.stderr}${result.stdout}`);
      return result;
    };
    const url = await this.url();
    await give('login', '--url', url, '--user', user, '--password-file', join(folder, PASSWORD_FILE));
    return async (...args) => JSON.parse((await give(...args, '--json')).stdout);
  }

  async end(): Promise<void> {
    await this.#process.kill();
  }
}
