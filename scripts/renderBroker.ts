import {
  BROKER_REASONS,
  LINK_REASONS,
  REFUSAL_REASONS,
  type Words,
} from '../src/adapters/mqtt/brokerWords.ts';

/** For docs/broker.md: every sentence on the way to the broker, from the tables of src/adapters/mqtt. */
export function renderBrokerWords(): string {
  const link = LINK_REASONS.map(([parts, words]) =>
    rowOf(parts.map((part) => `\`${part}\``).join(', '), words),
  );
  return [
    '### The way to it',
    table('seen', link),
    '### What it says to a connection',
    table('reason', numbered(BROKER_REASONS)),
    '### What it says to a message or a subscription',
    table('reason', numbered(REFUSAL_REASONS)),
  ].join('\n\n');
}

function table(seen: string, rows: readonly string[]): string {
  return [`| ${seen} | what is wrong | what to do |`, '| --- | --- | --- |', ...rows].join('\n');
}

function numbered(reasons: Readonly<Record<number, Words>>): readonly string[] {
  return Object.entries(reasons).map(([code, words]) => rowOf(code, words));
}

function rowOf(seen: string, words: Words): string {
  const end = words.indexOf('; ');
  return `| ${seen} | ${words.slice(0, end)} | ${words.slice(end + 2)} |`;
}
