// All homes of a feeder in one process, each with its devices on real Modbus over TCP. Speaks lines of JSON.
import { createInterface } from 'node:readline';
import { buildHome } from '../../../firmware-sim/home.ts';
import { ScaledTime } from '../../../firmware-sim/scaledTime.ts';
import { tellTruth } from '../../../firmware-sim/truth.ts';
import { putOnWires } from '../../../firmware-sim/wires/houseOnWires.ts';
import { specOf, startOf } from './feederHomes.ts';
import { realMs } from './realTime.ts';
import { TruthTrail } from './truthTrail.ts';

const TICK_MS = 50;

const [count = '1', speedText = '1'] = process.argv.slice(2);
const speed = Number(speedText);

const homes = await Promise.all(Array.from({ length: Number(count) }, (_, index) => stand(index)));
const ticker = setInterval(() => {
  for (const { home, time } of homes) home.advanceTo(time.nowMs());
}, TICK_MS);
const input = createInterface({ input: process.stdin });
input.on('line', (line) => say(answer(JSON.parse(line))));
input.on('close', () => void stop());
process.on('SIGTERM', () => void stop());
say({ kind: 'ready', endpoints: homes.map(({ wires }) => wires.endpoints) });

async function stand(index: number) {
  const startAtMs = startOf(index);
  const home = buildHome(specOf(index), { startAtMs });
  const stoodAtMs = realMs();
  const time = new ScaledTime(startAtMs, speed);
  const trail = new TruthTrail(home, (simulatedMs) => stoodAtMs + (simulatedMs - startAtMs) / speed);
  return { home, time, trail, wires: await putOnWires(home, time, 0) };
}

/** `energy`: through each cut-out between the two instants of that home, in the order of the homes; null where none are given. */
function answer(question: {
  readonly ask: 'energy' | 'truth';
  readonly windows?: readonly (readonly [number, number] | null)[];
}): object {
  for (const { home, time } of homes) home.advanceTo(time.nowMs());
  if (question.ask === 'truth') return { kind: 'truth', homes: homes.map(({ home }) => tellTruth(home)) };
  const energiesWh = homes.map(({ trail }, index) => {
    const window = question.windows?.[index] ?? undefined;
    return window === undefined ? null : (trail.energyWh(...window) ?? null);
  });
  return { kind: 'energy', energiesWh };
}

async function stop(): Promise<void> {
  clearInterval(ticker);
  input.close();
  process.stdin.destroy();
  for (const { time, wires } of homes) {
    time.stop();
    await wires.close();
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
