import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../firmware-sim/main.ts', import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface RunningHouse {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  readonly errors: () => string;
  next(): Promise<Record<string, unknown>>;
  tell(command: unknown): Promise<Record<string, unknown>>;
}

function start(...args: string[]): RunningHouse {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  started.push(child);
  let errors = '';
  child.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
  return {
    child,
    exit: new Promise((resolve) => child.on('close', resolve)),
    errors: () => errors,
    next,
    tell(command) {
      child.stdin.write(`${typeof command === 'string' ? command : JSON.stringify(command)}\n`);
      return next();
    },
  };
}

describe('the program of the house', () => {
  it('says where its devices are, tells the truth, takes faults and stops when told', async () => {
    const house = start('--home', 'three-phase', '--speed', '20', '--import-ceiling-a', '40');
    const ready = await house.next();
    expect(ready).toMatchObject({
      kind: 'ready',
      endpoints: {
        'grid-meter': { kind: 'serial', baudRate: 9600, parity: 'none', stopBits: 1, unit: 1 },
        'second-charge-point': { kind: 'serial', baudRate: 19_200, parity: 'even', stopBits: 1, unit: 2 },
        'charge-point': { kind: 'tcp', host: '127.0.0.1', unit: 255 },
      },
    });
    expect(await house.tell({ command: 'plugOut', device: 'second-charge-point' })).toEqual({
      kind: 'done',
      command: 'plugOut',
    });
    expect(await house.tell({ command: 'fault', device: 'relay', fault: { kind: 'silence' } })).toMatchObject(
      {
        kind: 'done',
      },
    );
    expect(await house.tell({ command: 'ceiling', direction: 'export', ceilingA: 16 })).toMatchObject({
      kind: 'done',
    });
    expect(await house.tell({ command: 'clearFaults' })).toMatchObject({ kind: 'done' });
    const truth = await house.tell({ command: 'truth' });
    expect(truth).toMatchObject({
      kind: 'truth',
      switches: { waterHeater: 'open', generator: 'open', operations: 0 },
      chargePoints: {
        'charge-point': { carIsPlugged: true },
        'second-charge-point': { carIsPlugged: false },
      },
      ceilings: { import: { ceilingA: 40 }, export: { ceilingA: 16 } },
    });
    expect(truth.phases).toHaveLength(3);
    expect(truth.simulatedSeconds).toBeGreaterThan(0);
    expect(await house.tell({ command: 'stop' })).toMatchObject({ kind: 'done', command: 'stop' });
    expect(await house.exit).toBe(0);
    expect(house.errors()).toBe('');
  });

  it('answers a command that it cannot obey with the problem and runs on', async () => {
    const house = start();
    await house.next();
    expect(await house.tell('nonsense')).toMatchObject({
      kind: 'problem',
      problem: expect.stringMatching(/one JSON object a line/),
    });
    expect(await house.tell({ command: 'dance' })).toMatchObject({
      problem: expect.stringMatching(/unknown command "dance"; known are truth/),
    });
    expect(await house.tell({ command: 'fault', device: 'cat', fault: {} })).toMatchObject({
      problem: expect.stringMatching(/unknown device "cat"; known are grid-meter/),
    });
    expect(await house.tell({ command: 'fault', device: 'relay', fault: {} })).toMatchObject({
      problem: expect.stringMatching(/unknown fault/),
    });
    expect(await house.tell({ command: 'plugIn', device: 'relay' })).toMatchObject({
      problem: expect.stringMatching(/charge point/),
    });
    expect(await house.tell({ command: 'ceiling', direction: 'up' })).toMatchObject({
      problem: expect.stringMatching(/import or export/),
    });
    expect(await house.tell({ command: 'ceiling', direction: 'import', ceilingA: -1 })).toMatchObject({
      problem: expect.stringMatching(/at least 0/),
    });
    expect(await house.tell({ command: 'truth' })).toMatchObject({ kind: 'truth' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops cleanly on %s', async (signal) => {
    const house = start();
    await house.next();
    house.child.kill(signal);
    expect(await house.exit).toBe(0);
  });

  it('stops cleanly at the end of its input', async () => {
    const house = start('--eventful', '2');
    await house.next();
    house.child.stdin?.end();
    expect(await house.exit).toBe(0);
  });

  it.each([
    [['--home', 'castle'], /--home must be one of single-phase, three-phase, car-park, solar, found castle/],
    [['--speed', 'fast'], /--speed must be a number from 0.01 to 1000, found fast/],
    [['--start', 'yesterday'], /--start must be an instant like/],
    [['--start', '2006-12-23T17:26:00Z', '--eventful', '1'], /give one of them/],
    [['--import-ceiling-a', '-1'], /--import-ceiling-a/],
    [['--fly'], /--fly/],
  ])('refuses %j with one sentence and exit code 64', async (args, expected) => {
    const house = start(...args);
    expect(await house.exit).toBe(64);
    expect(house.errors()).toMatch(expected);
    expect(house.errors()).not.toMatch(/at .*main\.ts/);
  });

  it('says that a port is in use and ends with exit code 69', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    const house = start('--tcp-port-base', String(port));
    expect(await house.exit).toBe(69);
    expect(house.errors()).toMatch(new RegExp(`cannot open the wires.*${port}`));
    blocker.close();
  });
});
