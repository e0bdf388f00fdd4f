import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import { patience } from './waiting.ts';

export interface ProcessOptions {
  /** For people: "the gateway of home-1". */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Takes what it writes to its error output. */
  readonly logFile: string;
  readonly onLine?: (line: string) => void;
  /** A channel tells a child of ours that the test is gone. */
  readonly hasChannel?: boolean;
  /** In a group of its own, so that a signal can be sent as a terminal does. */
  readonly hasGroup?: boolean;
  /** Besides the one that a person has. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const living = new Set<() => void>();
process.on('exit', () => {
  for (const end of living) end();
});

/** A process that the test has started, and that it alone ends, by its id. */
export class OwnedProcess {
  readonly name: string;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  readonly #hasGroup: boolean;
  #ending: Ending | undefined;
  #isToldToEnd = false;

  constructor(options: ProcessOptions) {
    const [file, ...args] = options.command;
    this.name = options.name;
    this.#logFile = options.logFile;
    this.#hasGroup = options.hasGroup === true;
    const log = openSync(options.logFile, 'a');
    const child = spawn(file, args, {
      cwd: PROJECT_ROOT,
      env: { ...outsideEnvironment(), ...options.environment },
      detached: this.#hasGroup,
      stdio: ['pipe', 'pipe', log, ...(options.hasChannel === true ? (['ipc'] as const) : [])],
    });
    closeSync(log);
    this.#child = child;
    const endWithTest = (): void => this.#signal('SIGKILL');
    living.add(endWithTest);
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', options.onLine ?? (() => undefined));
    }
    this.ended = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        this.#ending = ending;
        living.delete(endWithTest);
        resolve(ending);
      };
      child.once('error', () => end({ code: null, signal: null }));
      child.once('exit', (code, signal) => end({ code, signal }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#ending === undefined;
  }

  /** Whether it has ended although nobody told it to. */
  get diedByItself(): boolean {
    return !this.isRunning && !this.#isToldToEnd;
  }

  /** What it has written to its error output so far. */
  log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  /** For a failed assertion: how it ended and its last lines. */
  account(): string {
    const how = this.#ending === undefined ? 'is running' : `ended with ${JSON.stringify(this.#ending)}`;
    return `${this.name} ${how}; its last lines:\n${this.log().split('\n').slice(-12).join('\n')}`;
  }

  write(line: string): void {
    if (this.isRunning) this.#child.stdin?.write(`${line}\n`);
  }

  /** As a terminal does at Ctrl-C: to every process of the group. */
  interruptGroup(): void {
    this.#signal('SIGINT');
  }

  /** A server takes it as "read your files again". */
  hangUp(): void {
    if (this.isRunning) this.#child.kill('SIGHUP');
  }

  /** Asks it to end in order and waits; kills it when it does not, and says so. */
  async stop(withinMs = 20_000): Promise<Ending> {
    this.#signal('SIGTERM');
    const ending = await patience(this.ended, withinMs);
    if (ending !== undefined) return ending;
    await this.kill();
    throw new Error(`did not end within ${withinMs} ms of SIGTERM: ${this.account()}`);
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.ended;
  }

  #signal(signal: NodeJS.Signals): void {
    this.#isToldToEnd = true;
    if (!this.isRunning) return;
    if (this.#hasGroup) process.kill(-this.pid, signal);
    else this.#child.kill(signal);
  }
}

/** The environment as a person has it: nothing of the test runner, and no settings of a gateway. */
export function outsideEnvironment(): NodeJS.ProcessEnv {
  const outside = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|LOADGATE|TEST$|NODE_ENV$|NODE_OPTIONS$)/.test(name),
  );
  return { ...Object.fromEntries(outside), NO_COLOR: '1' };
}

/** The processes that this one has started, and those that they have. */
export function descendantsOf(pid: number): readonly number[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    const parentId = /^\d+$/.test(name) ? parentOf(name) : undefined;
    return parentId === undefined ? [] : [{ childId: Number(name), parentId }];
  });
  const childrenOf = (parent: number): readonly number[] =>
    parents
      .filter(({ parentId }) => parentId === parent)
      .flatMap(({ childId }) => [childId, ...childrenOf(childId)]);
  return childrenOf(pid);
}

/** Second field after the name in proc(5) stat; nothing when the process has gone meanwhile. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
