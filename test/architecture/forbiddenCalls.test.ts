import { describe, expect, it } from 'vitest';
import { findForbiddenCalls, TIME_AND_CHANCE, WAITING_AND_SPEAKING } from './forbiddenCalls.ts';
import { ownGraph, readOwn } from './ownSources.ts';

/** Where real time is taken, and why there. */
const REAL_TIME_ALLOWED: Readonly<Record<string, string>> = {
  'src/adapters/system/': 'implements the Clock and Entropy ports',
  'src/adapters/backupFile/sealing.ts': 'what is sealed is open to all once a nonce has come twice',
  'src/ui/shared/browserTime.ts': 'in a browser there is no Clock port',
};

const sources = [...ownGraph.keys()].filter((file) => /^src\/.*\.(tsx?|mjs)$/.test(file));

function findIn(files: readonly string[], forbidden: typeof TIME_AND_CHANCE): readonly string[] {
  return files.flatMap((file) =>
    findForbiddenCalls(readOwn(file), forbidden).map((found) => `${file}:${found}`),
  );
}

it('no source takes time or chance by itself, outside of the places named', () => {
  const isAllowed = (file: string) => Object.keys(REAL_TIME_ALLOWED).some((place) => file.startsWith(place));
  expect(
    findIn(
      sources.filter((file) => !isAllowed(file)),
      TIME_AND_CHANCE,
    ),
  ).toEqual([]);
});

it.each(Object.entries(REAL_TIME_ALLOWED))('%s needs its leave: %s', (place) => {
  const files = sources.filter((file) => file.startsWith(place));
  expect(findIn(files, TIME_AND_CHANCE)).not.toEqual([]);
});

it('words and judgement neither wait nor speak', () => {
  const pure = sources.filter((file) => /^src\/(domain|core)\//.test(file));
  expect(pure.length).toBeGreaterThan(5);
  expect(findIn(pure, WAITING_AND_SPEAKING)).toEqual([]);
});

describe('finding time and chance', () => {
  it.each([
    ['setTimeout(run, 5);'],
    ['globalThis.setInterval(run, 5);'],
    ['const at = Date.now();'],
    ['const at = Date\n  .now();'],
    ['const at = new Date();'],
    ['const at = new Date;'],
    ['const at = performance.now();'],
    ['process.hrtime.bigint();'],
    ['const { signal } = AbortSignal.timeout(5);'],
    ["import { randomUUID } from 'node:crypto';"],
    [`const x = \`\${Math.random()}\`;`],
  ])('sees %s', (source) => {
    expect(findForbiddenCalls(source, TIME_AND_CHANCE)).toHaveLength(1);
  });

  it.each([['// Date.now()'], ["const text = 'Math.random()';"], ['new Date(utcMs).toISOString();']])(
    'passes %s',
    (source) => {
      expect(findForbiddenCalls(source, TIME_AND_CHANCE)).toEqual([]);
    },
  );
});
