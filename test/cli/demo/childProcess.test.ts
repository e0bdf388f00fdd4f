import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DemoChild } from '../../../src/cli/demo/childProcess.ts';
import { SteppedClock, settle } from '../../support/steppedClock.ts';

let folder = '';
const started: DemoChild[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-child-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill();
    await child.ended;
  }
  rmSync(folder, { recursive: true });
});

function start(script: string, onLine?: (line: string) => void): DemoChild {
  const command = [process.execPath, '-e', script] as const;
  const logFile = join(folder, 'child.log');
  const child = new DemoChild({
    name: 'the home',
    command: [...command],
    logFile,
    ...(onLine && { onLine }),
  });
  started.push(child);
  return child;
}

/** Starts a child that says when it stands. */
async function standing(script: string): Promise<DemoChild> {
  let stand: () => void = () => undefined;
  const stands = new Promise<void>((resolve) => {
    stand = resolve;
  });
  const child = start(`${script}; console.log("up")`, () => stand());
  await stands;
  return child;
}

describe('a process of the demonstration', () => {
  it('that ends by itself is named with its exit code and its last lines', async () => {
    const child = start('console.error("first"); console.error("no port"); process.exit(3)');
    expect(await child.ended).toBe('the home ended with exit code 3; its last lines:\n  first\n  no port');
  });

  it('that is killed is named with the signal', async () => {
    const child = await standing('setInterval(() => {}, 1000)');
    child.kill();
    expect(await child.ended).toBe('the home was ended by SIGKILL');
  });

  it('that cannot be started says so', async () => {
    const logFile = join(folder, 'child.log');
    const child = new DemoChild({ name: 'the home', command: ['/nowhere/node'], logFile });
    expect(await child.ended).toContain('could not be started');
  });

  it('takes messages and gives lines', async () => {
    const lines: string[] = [];
    const child = start(
      'process.stdin.once("data", (d) => { console.log("got " + d); process.exit() })',
      (line) => lines.push(line),
    );
    child.send({ command: 'truth' });
    await child.ended;
    expect(lines[0]).toBe('got {"command":"truth"}');
  });

  it('is asked to stop in order', async () => {
    const child = await standing('process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)');
    await child.stop(new SteppedClock());
    expect(await child.ended).toBe('the home ended with exit code 0');
    await child.stop(new SteppedClock());
  });

  it('is killed when it does not stop in time', async () => {
    const child = await standing('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
    const clock = new SteppedClock();
    const stopped = child.stop(clock);
    await settle();
    await clock.advance(15_000);
    await stopped;
    expect(await child.ended).toContain('SIGKILL');
  });
});
