import { createInterface } from 'node:readline';
import { readArguments, USAGE } from './arguments.ts';
import { obey } from './commands.ts';
import { buildHome } from './home.ts';
import { readHome } from './homeSpec.ts';
import { ScaledTime } from './scaledTime.ts';
import { putOnWires } from './wires/houseOnWires.ts';

/** How often the house moves on by itself, so that device timers run while nobody asks; real time. */
const TICK_MS = 50;
/** sysexits.h: wrong usage; a service (here a port or a terminal) is not available. */
const EXIT = { usage: 64, unavailable: 69 } as const;

const parsed = readArguments(process.argv.slice(2));
if (parsed.ok) await run(parsed.options);
else fail(`${parsed.problem}\nusage: ${USAGE}`, EXIT.usage);

async function run(options: Extract<typeof parsed, { ok: true }>['options']): Promise<void> {
  const home = buildHome(readHome(options.homeName), { startAtMs: options.startAtMs });
  home.ledger.setCeiling('import', options.importCeilingA);
  home.ledger.setCeiling('export', options.exportCeilingA);
  const time = new ScaledTime(options.startAtMs, options.speed);
  const wires = await putOnWires(home, time, options.tcpPortBase).catch((error: Error) => {
    fail(`cannot open the wires of the house: ${error.message}`, EXIT.unavailable);
  });
  if (wires === undefined) return;

  const ticker = setInterval(() => home.advanceTo(time.nowMs()), TICK_MS);
  const input = createInterface({ input: process.stdin });
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    clearInterval(ticker);
    time.stop();
    input.close();
    process.stdin.destroy();
    await wires.close();
  };
  input.on('line', (line) => {
    if (line.trim() === '') return;
    const reply = obey(home, line, time.nowMs());
    say(reply);
    if (reply.kind === 'done' && reply.command === 'stop') void stop();
  });
  input.on('close', () => void stop());
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  // A reader that has gone away must not bring the house down before its wires are closed.
  process.stdout.on('error', () => void stop());
  say({ kind: 'ready', endpoints: wires.endpoints });
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function fail(message: string, exitCode: number): undefined {
  process.stderr.write(`firmware-sim: ${message}\n`);
  process.exitCode = exitCode;
}
