import { request } from 'node:http';
import { join } from 'node:path';
import { type Status, statusSchema } from '../../../src/contract/status.ts';
import { giveConsents } from '../consents.ts';
import { LOADGATE } from './loadgateCommand.ts';
import { type Ending, OwnedProcess } from './ownedProcess.ts';
import { until } from './waiting.ts';

export interface GatewayOptions {
  readonly name: string;
  /** Of the run: settings, site plan, state and socket lie in it. */
  readonly folder: string;
  /** 'none': nothing is said about consent. */
  readonly consents?: 'usual' | 'none';
  /** Besides the one that a person has. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A gateway as a process of its own, which can be killed and started again on the same state. */
export class GatewayProcess {
  readonly #options: GatewayOptions;
  #process: OwnedProcess | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  get process(): OwnedProcess {
    if (this.#process === undefined)
      throw new Error(`the gateway of ${this.#options.name} was never started`);
    return this.#process;
  }

  /** Does not wait until it stands. */
  launch(): void {
    const { name, folder, environment } = this.#options;
    this.#process = new OwnedProcess({
      ...(environment === undefined ? {} : { environment }),
      name: `the gateway of ${name}`,
      command: [process.execPath, LOADGATE, 'run', '--config', join(folder, 'loadgate.jsonc')],
      logFile: join(folder, 'gateway.log'),
      hasChannel: true,
    });
  }

  /** Launches it, waits for its first decision and has the household agree to what most stories take for granted. */
  async start(): Promise<Status> {
    this.launch();
    const status = await this.standing();
    if (this.#options.consents !== 'none') await giveConsents(this);
    return status;
  }

  async standing(): Promise<Status> {
    const { answer } = await until(
      `a first decision; ${this.#options.name}`,
      async () => {
        if (!this.process.isRunning) throw new Error(this.process.account());
        const status = await this.status();
        return status !== undefined && status.cycle.count > 0 ? status : undefined;
      },
      { withinMs: 30_000, everyMs: 200 },
    );
    return answer;
  }

  /** Nothing while it does not answer. */
  async status(): Promise<Status | undefined> {
    const answer = await this.#ask('GET', '/status');
    return answer?.code === 200 ? statusSchema.parse(JSON.parse(answer.body)) : undefined;
  }

  async acknowledge(): Promise<unknown> {
    const answer = await this.#ask('POST', '/acknowledge');
    return answer === undefined ? undefined : JSON.parse(answer.body);
  }

  /** A choice at the local socket; a refusal is an answer too. */
  async choose(path: string, query: Readonly<Record<string, string>>): Promise<void> {
    const answer = await this.#ask('POST', `${path}?${new URLSearchParams(query)}`);
    if (answer?.code !== 200) throw new Error(`no answer to ${path}: ${answer?.body ?? 'nobody answers'}`);
  }

  async stop(): Promise<Ending> {
    return await this.process.stop();
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  #ask(method: string, path: string): Promise<{ readonly code: number; readonly body: string } | undefined> {
    const socketPath = join(this.#options.folder, 'run', 'loadgate.sock');
    return new Promise((resolve) => {
      const asked = request({ socketPath, method, path, timeout: 5_000, agent: false }, (response) => {
        const parts: string[] = [];
        response.setEncoding('utf8');
        response.on('data', (part: string) => parts.push(part));
        response.on('error', () => resolve(undefined));
        response.on('end', () => resolve({ code: response.statusCode ?? 0, body: parts.join('') }));
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => resolve(undefined));
      asked.end();
    });
  }
}
