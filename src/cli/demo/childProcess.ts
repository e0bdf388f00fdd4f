import { type ChildProcess as NodeChild, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Clock } from '../../ports/clock.ts';

export interface ChildOptions {
  /** For people: "the gateway". */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Takes what the child writes to its error output. */
  readonly logFile: string;
  readonly onLine?: (line: string) => void;
}

/** Time for an orderly stop before the process is killed, real time. */
const STOP_PATIENCE_MS = 15_000;
const TAIL_LINES = 8;

/**
 * A process of the demonstration. It stands in a group of its own, so that Ctrl-C reaches the launcher alone and
 * the order of stopping is the launcher's; the channel tells the child when the launcher is gone.
 */
export class DemoChild {
  readonly name: string;
  /** Resolves with a sentence when the process ends, whoever ended it. */
  readonly ended: Promise<string>;
  readonly #child: NodeChild;
  #hasEnded = false;

  constructor(options: ChildOptions) {
    const [file, ...args] = options.command;
    this.name = options.name;
    const log = openSync(options.logFile, 'a');
    this.#child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', log, 'ipc'] });
    closeSync(log);
    this.#child.stdin?.on('error', () => undefined);
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on('line', options.onLine ?? (() => undefined));
    }
    this.ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#hasEnded = true;
        resolve(`${options.name} ${how}${tailOf(options.logFile)}`);
      };
      this.#child.once('error', (error) => end(`could not be started: ${error.message}`));
      this.#child.once('exit', (code, signal) =>
        end(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
      );
    });
  }

  send(message: object): void {
    if (!this.#hasEnded) this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Asks it to stop; a process that does not is killed. */
  async stop(clock: Clock): Promise<void> {
    if (this.#hasEnded) return;
    const cancel = clock.after(STOP_PATIENCE_MS, () => this.kill());
    this.#child.kill('SIGTERM');
    await this.ended;
    cancel();
  }

  kill(): void {
    if (!this.#hasEnded) this.#child.kill('SIGKILL');
  }
}

function tailOf(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES);
  return lines.join('') === '' ? '' : `; its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
