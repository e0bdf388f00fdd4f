// Runs one suite with vitest and ends with one plain line: `N passed, N failed`.
// `node test/run.mjs [unit|laws|e2e|chaos|week] [vitest arguments]`; without a suite it is the unit tests.
// Exit code 1 when a test failed, when there was none, and when an error escaped all tests.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SUITES = ['unit', 'laws', 'e2e', 'chaos', 'week'];
const root = fileURLToPath(new URL('..', import.meta.url));
const binaries = join(root, 'node_modules', '.bin');

const given = process.argv.slice(2);
const isNamed = SUITES.includes(given[0]);
const suite = isNamed ? given[0] : 'unit';
const rest = isNamed ? given.slice(1) : given;

const folder = mkdtempSync(join(tmpdir(), 'loadgate-tests-'));
const tallyFile = join(folder, 'tally.json');
try {
  const tally = closingTally(await runVitest());
  for (const red of tally.reds) console.log(`RED: ${red}`);
  console.log(closingLine(tally));
  process.exitCode = tally.failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** Under the Node of the lock file where it is installed: the host's may be too old for our sources. */
function runVitest() {
  const ownNode = join(binaries, 'node');
  const reporters = rest.some((argument) => argument.startsWith('--reporter')) ? [] : ['--reporter=default'];
  const tallyReporter = `--reporter=${join(root, 'test', 'support', 'tallyReporter.mjs')}`;
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(
    existsSync(ownNode) ? ownNode : process.execPath,
    [vitest, 'run', ...reporters, tallyReporter, ...rest],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        LOADGATE_SUITE: suite,
        LOADGATE_TALLY_FILE: tallyFile,
        PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}`,
      },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, cause: error.message }));
    child.on('close', (code, signal) => resolve({ code, cause: signal ?? `exit code ${code}` }));
  });
}

/** What the reporter counted. A run that went wrong without a failed test, or ran none, counts as one failure. */
function closingTally({ code, cause }) {
  const tally = existsSync(tallyFile)
    ? JSON.parse(readFileSync(tallyFile, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0, reds: [] };
  if (tally.failed > 0 || (code === 0 && tally.passed > 0)) return tally;
  const what = tally.passed > 0 ? 'The run itself failed' : `No test of the suite ${suite} has run`;
  return { ...tally, failed: 1, reds: [`${what} (${cause}); this counts as one failure.`] };
}

function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
