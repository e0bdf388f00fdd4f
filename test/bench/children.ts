import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processorMsOf, residentMbOf } from './processUse.ts';

const STOP_PATIENCE_MS = 10_000;
/** A process of the bench, its output kept in a file. */
export class BenchProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  constructor(
    name: string,
    command: readonly [string, ...string[]],
    logFile: string,
    environment: Readonly<Record<string, string>> = {},
  ) {
    const [file, ...args] = command;
    this.name = name;
    this.#logFile = logFile;
    const log = openSync(logFile, 'a');
    this.#child = spawn(file, args, { stdio: ['ignore', log, log], env: { ...process.env, ...environment } });
    closeSync(log);
    // Told by hasEnded; without a listener it would end the bench.
    this.#child.on('error', () => undefined);
    const killWithBench = (): void => {
      this.#child.kill('SIGKILL');
    };
    process.on('exit', killWithBench);
    this.#child.once('exit', () => process.off('exit', killWithBench));
  }

  get hasEnded(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** Set-up may take a while on a busy machine; a process that has ended is not waited for. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, patienceMs: number): Promise<void> {
    const givenUpAtMs = performance.now() + patienceMs;
    while (!(await isSo())) {
      if (this.hasEnded) throw new Error(`${this.name} ended before ${what}; ${this.#lastLines()}`);
      if (performance.now() > givenUpAtMs)
        throw new Error(`${this.name}: not ${what} within ${patienceMs} ms; ${this.#lastLines()}`);
      await sleep(50);
    }
  }

  /** Resident memory, MB. */
  residentMb(): number {
    return residentMbOf(this.#pid);
  }

  /** Processor time used since the start, ms. */
  processorMs(): number {
    return processorMsOf(this.#pid);
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await ended;
    clearTimeout(killer);
  }

  get #pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} was never started`);
    return this.#child.pid;
  }

  #lastLines(): string {
    return `its last lines: ${readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-4).join(' | ')}`;
  }
}
