import { writeFileSync } from 'node:fs';

/**
 * Vitest reporter that writes { passed, failed, skipped } to LOADGATE_TALLY_FILE, for test/run.mjs.
 * A file or a hook that fails outside of its tests counts as one failure, so does an unhandled error.
 */
export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) tally[countedAs(test.result().state)]++;
      for (const suite of [module, ...module.children.allSuites()]) tally.failed += suite.errors().length;
    }
    writeFileSync(process.env.LOADGATE_TALLY_FILE, JSON.stringify(tally));
  }
}

/** A test that never came to its end has not passed. */
function countedAs(state) {
  return state === 'pending' ? 'failed' : state;
}
