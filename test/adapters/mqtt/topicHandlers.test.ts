import { describe, expect, it } from 'vitest';
import { TopicHandlers } from '../../../src/adapters/mqtt/topicHandlers.ts';

const none = async (): Promise<void> => {};

function taker(filters: readonly string[], topic: string): string | undefined {
  const handlers = new TopicHandlers();
  const named = filters.map((filter) => ({ filter, handle: async () => {} }));
  for (const { filter, handle } of named) handlers.add(filter, handle);
  const found = handlers.handlerOf(topic);
  return named.find(({ handle }) => handle === found)?.filter;
}

describe('a message goes to the handler whose filter its topic fits', () => {
  it.each([
    ['loadgate/v1/+/receipts', 'loadgate/v1/home-1/receipts', true],
    ['loadgate/v1/+/receipts', 'loadgate/v1/home-1/events', false],
    ['loadgate/v1/+/receipts', 'loadgate/v1/home-1/receipts/more', false],
    ['loadgate/v1/+/receipts', 'loadgate/v1/receipts', false],
    ['$share/desk/loadgate/v1/+/receipts', 'loadgate/v1/home-1/receipts', true],
    ['$share/desk/loadgate/v1/trust', 'loadgate/v1/trust', true],
    ['loadgate/#', 'loadgate/v1/home-1/status', true],
    ['loadgate/#', 'loadgate', true],
    ['loadgate/#', 'loadgates', false],
    ['#', '$SYS/uptime', false],
    ['+/uptime', '$SYS/uptime', false],
    ['$SYS/+', '$SYS/uptime', true],
    ['a/+/c', 'a//c', true],
    ['a.c', 'abc', false],
  ])('%s takes %s: %s', (filter, topic, isTaken) => {
    expect(taker([filter], topic)).toBe(isTaken ? filter : undefined);
  });

  it('a topic by its name goes before a filter, whichever came first', () => {
    expect(taker(['a/+', 'a/b'], 'a/b')).toBe('a/b');
    expect(taker(['a/b', 'a/+'], 'a/b')).toBe('a/b');
    expect(taker(['a/b', 'a/+'], 'a/c')).toBe('a/+');
  });

  it('the later handler of a filter takes the place of the earlier one', () => {
    const handlers = new TopicHandlers();
    handlers.add('a/+', async () => {});
    handlers.add('a/+', none);
    expect(handlers.handlerOf('a/b')).toBe(none);
    expect(handlers.filters()).toEqual(['a/+']);
  });

  it('filters are subscribed to as they were given', () => {
    const handlers = new TopicHandlers();
    handlers.add('$share/desk/a/+', none);
    handlers.add('b', none);
    expect(handlers.filters()).toEqual(['$share/desk/a/+', 'b']);
  });
});
