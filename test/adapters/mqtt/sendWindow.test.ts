import { expect, it } from 'vitest';
import { SendWindow } from '../../../src/adapters/mqtt/sendWindow.ts';

function wideOpen(): SendWindow {
  const window = new SendWindow();
  for (let n = 0; n < 20; n += 1) window.acknowledged(0, 100);
  return window;
}

it('an ordinary line has the whole window, also while the broker takes a few seconds', () => {
  const window = new SendWindow();
  expect(window.size()).toBe(4);
  for (let n = 0; n < 100; n += 1) window.acknowledged(n * 10, n * 10 + 4_000);
  expect(window.size()).toBe(20);
});

it('on a slow line the queue becomes short, once for each time it was full, and never none', () => {
  const window = wideOpen();
  // Sent together: what lay behind in the queue of before does not count again.
  for (let n = 0; n < 20; n += 1) window.acknowledged(0, 11_000 + n * 1_000);
  expect(window.size()).toBe(10);
  window.missed(12_000, 40_000);
  expect(window.size()).toBe(5);
  for (let n = 0; n < 9; n += 1) window.missed(100_000 * n + 50_000, 100_000 * n + 99_000);
  expect(window.size()).toBe(1);
});

it('grows again with the line', () => {
  const window = wideOpen();
  window.missed(0, 20_000);
  window.acknowledged(21_000, 28_000);
  expect(window.size()).toBe(10);
  for (let n = 0; n < 30; n += 1) window.acknowledged(30_000, 31_000);
  expect(window.size()).toBe(20);
});
