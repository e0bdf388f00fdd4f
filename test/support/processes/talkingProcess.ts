import { OwnedProcess, type ProcessOptions } from './ownedProcess.ts';
import { patience } from './waiting.ts';

const ANSWER_WITHIN_MS = 20_000;

/** A program of a test that speaks lines of JSON: some by itself, and one for each question. */
export class TalkingProcess {
  readonly process: OwnedProcess;
  readonly #said: unknown[] = [];
  readonly #listeners: ((message: unknown) => void)[] = [];
  #lastAnswer: Promise<unknown> = Promise.resolve();

  constructor(options: Omit<ProcessOptions, 'onLine'>) {
    this.process = new OwnedProcess({ ...options, onLine: (line) => this.#take(JSON.parse(line)) });
  }

  /** What it says next; an error when it says nothing. */
  async hear(withinMs = ANSWER_WITHIN_MS): Promise<unknown> {
    const waiting = this.#said.length > 0 ? Promise.resolve(this.#said.shift()) : this.#next();
    const heard = await patience(Promise.race([waiting, this.process.ended.then(() => undefined)]), withinMs);
    if (heard === undefined) throw new Error(`says nothing: ${this.process.account()}`);
    return heard;
  }

  /** One question after the other. */
  ask(question: object): Promise<unknown> {
    const answer = this.#lastAnswer.then(() => {
      this.process.write(JSON.stringify(question));
      return this.hear();
    });
    this.#lastAnswer = answer.catch(() => undefined);
    return answer;
  }

  #take(message: unknown): void {
    const listener = this.#listeners.shift();
    if (listener === undefined) this.#said.push(message);
    else listener(message);
  }

  #next(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#listeners.push(resolve);
    });
  }
}
