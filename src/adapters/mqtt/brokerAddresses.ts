/**
 * The addresses of the broker and which of them is tried next: a round begins where the last good connection was, then
 * takes the others in the order of the settings.
 */
export class BrokerAddresses {
  readonly #urls: readonly string[];
  /** What was wrong at the last attempt. */
  readonly #failures = new Map<string, string>();
  readonly #triedInRound = new Set<string>();
  #good: string | undefined;
  #current: string;

  constructor(first: string, others: readonly string[]) {
    this.#urls = [...new Set([first, ...others])];
    this.#current = first;
  }

  /** Where the connection stands or is tried. */
  current(): string {
    return this.#current;
  }

  /** As they are to be tried by somebody who begins now. */
  inOrder(): readonly string[] {
    const first = this.#good ?? this.#urls[0] ?? this.#current;
    return [first, ...this.#urls.filter((url) => url !== first)];
  }

  /** @param url of these; another one is left aside */
  goTo(url: string): void {
    if (this.#urls.includes(url)) this.#current = url;
  }

  accepted(): void {
    this.#good = this.#current;
    this.#failures.delete(this.#current);
    this.#triedInRound.clear();
  }

  /** A connection that had held for long was lost: it is tried again at the same address first. */
  lost(sentence: string): void {
    this.#failures.set(this.#current, sentence);
    this.#triedInRound.clear();
  }

  /** Goes on to the next one. @returns true when this was the last of its round */
  failed(sentence: string): boolean {
    this.#failures.set(this.#current, sentence);
    this.#triedInRound.add(this.#current);
    const order = this.inOrder();
    const next = order.find((url) => !this.#triedInRound.has(url));
    this.#current = next ?? order[0] ?? this.#current;
    if (next === undefined) this.#triedInRound.clear();
    return next === undefined;
  }

  failureAt(url: string): string | undefined {
    return this.#failures.get(url);
  }

  /** For a field engineer: where the connection stands, and what is wrong at each of the other addresses. */
  sentence(isConnected: boolean): string {
    const failures = this.#urls.flatMap((url) => {
      const failure = this.#failures.get(url);
      return failure === undefined ? [] : [`${url}: ${failure}`];
    });
    const standing = isConnected ? `Connected to ${this.#current}` : undefined;
    if (standing === undefined && failures.length === 0) return `${this.#current}: not yet answered`;
    return [...(standing === undefined ? [] : [standing]), ...failures].join('. ');
  }
}
