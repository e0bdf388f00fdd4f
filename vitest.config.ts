import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

// Suites by folder: `unit` is everything that steps its own clock and is quick; `laws` is long; the others use real time and are bounded.
const suite = process.env.LOADGATE_SUITE ?? 'unit';
const separate = ['laws', 'e2e', 'chaos', 'week'];

/** These load all cores by themselves, or measure how fast something is. The others mostly wait: two of them fit beside each other. */
const ALONE = ['deskPages', 'deskRecords', 'eventfulStretches', 'feeder', 'fleet', 'scenarios'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
/** With `extends`, lists would be added to those of the whole. */
const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'side by side',
      include: ['test/e2e/**/*.test.ts'],
      exclude: ALONE,
      maxWorkers: 2,
      sequence: { groupOrder: 0 },
    },
  },
  { extends: true, test: { name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
];
/** What is in the suite, where it is one whole. */
const files = {
  include: suite === 'unit' ? ['test/**/*.test.ts'] : [`test/${suite}/**/*.test.ts`],
  exclude: [...(suite === 'unit' ? separate.map((name) => `test/${name}/**`) : []), 'node_modules/**'],
};

export default defineConfig({
  test: {
    ...(suite === 'e2e' ? { projects } : files),
    testTimeout: suite === 'unit' ? 30_000 : 900_000,
    hookTimeout: 60_000,
    // By itself the runner leaves a core free. Many unit tests wait for a real wire, so one worker more keeps all cores busy.
    maxWorkers: suite === 'unit' ? availableParallelism() + 1 : availableParallelism(),
    // There real processes are killed while they are busy, and the time that they take is judged.
    fileParallelism: suite !== 'chaos',
  },
});
