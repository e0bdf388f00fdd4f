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
  /** It signs in its own name as well: asks for records, acknowledges consent. */
  readonly hasOwnKey?: boolean;
  /** It renews the certificates of gateways. */
  readonly certificates?: { readonly authorityFile: string; readonly authorityKeyFile: string };
}

/** The desk of a distributor as a process of its own, with people who are known to it. It can be ended and started again. */
export class DeskProcess {
  readonly #options: DeskOptions;
  readonly #configuration: string;
  #url: Promise<string> | undefined;
  #process: OwnedProcess | undefined;

  private constructor(options: DeskOptions, configuration: string) {
    this.#options = options;
    this.#configuration = configuration;
    this.launch();
  }

  /** Writes its settings, makes its people and starts it. It does not wait until it stands. */
  static async start(
    options: DeskOptions,
    people: Readonly<Record<string, readonly Role[]>>,
  ): Promise<DeskProcess> {
    const {
      folder,
      brokerUrl,
      identity,
      distributor,
      keys,
      speed = 1,
      hasOwnKey = false,
      certificates,
    } = options;
    const configuration = join(folder, 'desk.jsonc');
    const keyFile = writePrivateKey(join(folder, 'distributor.key'), keys.distributor);
    const settings = {
      listen: { port: 0 },
      stateDirectory: 'state',
      usersFile: 'users.json',
      broker: { url: brokerUrl, ...identity },
      signingKeys: [{ distributor, keyFile, keyId: keys.distributor.keyId }],
      ...(hasOwnKey && { backOfficeKey: ownKeyOf(folder, keys) }),
      ...(certificates !== undefined && { certificates }),
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
    if (this.#process === undefined) throw new Error('the desk was never started');
    return this.#process;
  }

  /** On the same state; everybody has to log in again. Does not wait until it stands. */
  launch(): void {
    let stand: (url: string) => void = () => undefined;
    this.#url = new Promise((resolve) => {
      stand = resolve;
    });
    this.#process = new OwnedProcess({
      name: 'the desk',
      command: [process.execPath, LOADGATE, 'desk', 'run', '--config', this.#configuration],
      logFile: join(this.#options.folder, 'desk.log'),
      onLine: (line) => {
        const url = /listening on (\S+)/.exec(line)?.[1];
        if (url !== undefined) stand(url);
      },
    });
  }

  /** In order: what would be written within seconds is on the disk. */
  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** Where it listens, once it does. */
  async url(): Promise<string> {
    const url = await patience(
      Promise.race([this.#url, this.process.ended.then(() => undefined)]),
      STAND_WITHIN_MS,
    );
    if (url === undefined) throw new Error(`does not stand: ${this.process.account()}`);
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
    await this.process.kill();
  }
}

function ownKeyOf(
  folder: string,
  { backOffice }: TestKeys,
): { readonly keyFile: string; readonly keyId: string } {
  const keyFile = writePrivateKey(join(folder, 'back-office.key'), backOffice);
  return { keyFile, keyId: backOffice.keyId };
}
