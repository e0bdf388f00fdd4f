import { expect, it } from 'vitest';
import { matchesFilter } from '../../../src/adapters/mqtt/topicFilter.ts';

it.each([
  ['a/b', 'a/b', true],
  ['a/b', 'a/c', false],
  ['a/b', 'a/b/c', false],
  ['a/b/c', 'a/b', false],
  ['a/+/c', 'a/b/c', true],
  ['a/+', 'a/b/c', false],
  ['a/+/c', 'a//c', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'a', true],
  ['a/+/#', 'a', false],
  ['#', 'a/b', true],
])('the subscription %s and the topic %s: %s', (filter, topic, isWanted) => {
  expect(matchesFilter(filter, topic)).toBe(isWanted);
});
