/**
 * Reads plain data and notes every mistake by its path, so that all of them can be said at once.
 * A wrong value reads as a harmless stand-in; the caller throws the notes before anything is built.
 */
export class SpecReader {
  readonly problems: string[];
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path = '', problems: string[] = []) {
    this.#value = value;
    this.#path = path;
    this.problems = problems;
  }

  at(key: string | number): SpecReader {
    const isContainer = typeof this.#value === 'object' && this.#value !== null;
    const inner = isContainer ? (this.#value as Record<string | number, unknown>)[key] : undefined;
    return new SpecReader(inner, this.#path === '' ? `${key}` : `${this.#path}.${key}`, this.problems);
  }

  get isAbsent(): boolean {
    return this.#value === undefined;
  }

  list(): SpecReader[] {
    if (Array.isArray(this.#value)) return this.#value.map((_, index) => this.at(index));
    this.note('a list');
    return [];
  }

  text(): string {
    if (typeof this.#value === 'string' && this.#value !== '') return this.#value;
    this.note('a text');
    return '';
  }

  number(least: number, most: number): number {
    const value = this.#value;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    this.note(`a number from ${least} to ${most}`);
    return least;
  }

  /** False when absent. */
  flag(): boolean {
    if (typeof this.#value === 'boolean') return this.#value;
    if (!this.isAbsent) this.note('true or false');
    return false;
  }

  oneOf<T extends string | number>(choices: readonly T[]): T {
    const found = choices.find((choice) => choice === this.#value);
    if (found !== undefined) return found;
    this.note(`one of ${choices.join(', ')}`);
    return choices[0] as T;
  }

  /** A local time like 07:05, as minutes after midnight. */
  minuteOfDay(): number {
    const match = typeof this.#value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d)$/.exec(this.#value) : null;
    if (match !== null) return Number(match[1]) * 60 + Number(match[2]);
    this.note('a time like 07:05');
    return 0;
  }

  note(expected: string): void {
    const found = this.#value === undefined ? 'nothing' : JSON.stringify(this.#value);
    this.problems.push(`${this.#path || 'home'}: expected ${expected}, found ${found}`);
  }
}
