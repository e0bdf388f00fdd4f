import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where Debian's packages are; another Python before it on the path has them not. */
const PYTHON = '/usr/bin/python3';

export const hasPymodbus = spawnSync(PYTHON, ['-c', 'import pymodbus.client, pymodbus.server']).status === 0;

/** A script of test/support/python, asked and answered line by line. */
export class PythonTalk {
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(script: string) {
    const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
    this.#process = spawn(PYTHON, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#process.stdout === null) throw new Error(`${script} has no output`);
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async hear(): Promise<unknown> {
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the script ended');
    return JSON.parse(answer.value);
  }

  ask(question: unknown): Promise<unknown> {
    this.#process.stdin?.write(`${JSON.stringify(question)}\n`);
    return this.hear();
  }

  /** It ends with its input. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin?.end();
    await ended;
  }
}
