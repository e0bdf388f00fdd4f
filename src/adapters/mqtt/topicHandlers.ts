import type { BusMessage } from '../../ports/bus.ts';

type Handle = (message: BusMessage) => Promise<void>;

/** Who takes the messages of which topics. A later handler of the same filter takes the place of the earlier one. */
export class TopicHandlers {
  readonly #byFilter = new Map<string, Handle>();
  /** Only filters with a wildcard, which have to be tried one by one. */
  readonly #patterns: { readonly filter: string; readonly levels: readonly string[] }[] = [];
  readonly #byTopic = new Map<string, Handle>();

  add(filter: string, handle: Handle): void {
    const topicFilter = withoutShare(filter);
    if (!/[+#]/.test(topicFilter)) this.#byTopic.set(topicFilter, handle);
    else if (!this.#byFilter.has(filter)) this.#patterns.push({ filter, levels: topicFilter.split('/') });
    this.#byFilter.set(filter, handle);
  }

  /** As they are to be subscribed to, in the order they came. */
  filters(): readonly string[] {
    return [...this.#byFilter.keys()];
  }

  handlerOf(topic: string): Handle | undefined {
    const exact = this.#byTopic.get(topic);
    if (exact !== undefined) return exact;
    const levels = topic.split('/');
    const pattern = this.#patterns.find((each) => matches(each.levels, levels));
    return pattern === undefined ? undefined : this.#byFilter.get(pattern.filter);
  }
}

/** `$share/<group>/<filter>`: the broker delivers by the filter alone. Source: MQTT 5 section 4.8.2. */
function withoutShare(filter: string): string {
  return /^\$share\/[^/]+\/(.+)$/.exec(filter)?.[1] ?? filter;
}

/** Source: MQTT 5 section 4.7.1; a wildcard at the front does not match a topic that begins with `$` (4.7.2). */
function matches(filter: readonly string[], topic: readonly string[]): boolean {
  if (topic[0]?.startsWith('$') === true && /^[+#]$/.test(filter[0] ?? '')) return false;
  for (const [place, level] of filter.entries()) {
    // It stands for the level above it as well: `a/#` matches `a`.
    if (level === '#') return true;
    if (place >= topic.length || (level !== '+' && level !== topic[place])) return false;
  }
  return filter.length === topic.length;
}
