// Real gateways, several in one process: each composed from its own settings file as `loadgate run` does it.
import { createInterface } from 'node:readline';
import { startGateway } from '../../../src/compose.ts';
import { readConfiguration } from '../../../src/config/readConfiguration.ts';
import { realMs } from './realTime.ts';

const files = process.argv.slice(2);
const gateways: Awaited<ReturnType<typeof startGateway>>[] = [];
for (const file of files) {
  const read = readConfiguration({ file, environment: {}, arguments: {}, workingDirectory: process.cwd() });
  if (!read.ok) throw new Error(`${file}: ${JSON.stringify(read.mistakes)}`);
  const { settings, plan, profiles } = read.configuration;
  const gateway = await startGateway(settings, plan, profiles);
  gateways.push(gateway);
  const { at } = gateway.status();
  say({ kind: 'started', gatewayId: settings.gatewayId, realMs: realMs(), utcMs: Date.parse(at) });
}
say({ kind: 'ready' });

const input = createInterface({ input: process.stdin });
input.on('line', () => say({ kind: 'status', gateways: gateways.map((gateway) => gateway.status()) }));
input.on('close', () => void stop());
process.on('SIGTERM', () => void stop());

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  input.close();
  process.stdin.destroy();
  await Promise.all(gateways.map((gateway) => gateway.stop('SIGTERM')));
  process.exit(0);
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
