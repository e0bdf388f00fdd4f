import { defineConfig } from 'vitest/config';

// Suites by folder: `unit` is everything that steps its own clock and is quick; `laws` is long; the others use real time and are bounded.
const suite = process.env.LOADGATE_SUITE ?? 'unit';
const separate = ['laws', 'e2e', 'chaos', 'week'];

export default defineConfig({
  test: {
    include: suite === 'unit' ? ['test/**/*.test.ts'] : [`test/${suite}/**/*.test.ts`],
    exclude:
      suite === 'unit'
        ? [...separate.map((name) => `test/${name}/**`), 'node_modules/**']
        : ['node_modules/**'],
    testTimeout: suite === 'unit' ? 30_000 : 900_000,
    hookTimeout: 60_000,
    // Where real processes run on few cores: one file after the other.
    fileParallelism: suite === 'unit' || suite === 'laws',
  },
});
