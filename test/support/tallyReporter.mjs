import { writeFileSync } from 'node:fs';

/**
 * Vitest reporter that writes { passed, failed, skipped, reds } to LOADGATE_TALLY_FILE, for test/run.mjs. `reds` names each
 * failure with the first line of its error.
 * A file or a hook that fails outside of its tests counts as one failure, so does an unhandled error.
 */
export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tally = { passed: 0, failed: 0, skipped: 0, reds: [] };
    const fail = (where, errors) => {
      tally.failed++;
      tally.reds.push(`${where}: ${String(errors?.[0]?.message ?? 'did not end').split('\n')[0]}`);
    };
    for (const error of unhandledErrors) fail('outside of all tests', [error]);
    for (const module of modules) {
      const file = module.relativeModuleId;
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (countedAs(state) === 'failed') fail(`${file} > ${test.fullName}`, errors);
        else tally[state]++;
      }
      for (const suite of [module, ...module.children.allSuites()])
        for (const error of suite.errors()) fail(`${file} > ${suite.fullName ?? ''}`, [error]);
    }
    writeFileSync(process.env.LOADGATE_TALLY_FILE, JSON.stringify(tally));
  }
}

/** A test that never came to its end has not passed. */
function countedAs(state) {
  return state === 'pending' ? 'failed' : state;
}
