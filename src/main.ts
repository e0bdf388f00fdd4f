import { processContext } from './cli/processContext.ts';
import { runCli } from './cli/program.ts';
import { readVersion } from './version.ts';

const context = processContext({
  version: readVersion(),
  compose: () => import('./compose.ts'),
});

// exit() and not exitCode: after a forced stop, sockets of the gateway may still be open.
process.exit(await runCli(process.argv.slice(2), context));
