import { describe, expect, it } from 'vitest';
import { type Bench, standBench, walkChain } from './bench.ts';

/** 8 kW of sun on a rating of 10 kW. */
function sunny(): Bench {
  const bench = standBench('solaredge-inverter');
  bench.stand.setSun(8_000);
  bench.pass(2_000);
  return bench;
}

function producedW({ stand }: Bench): number {
  return 0 - (stand.truth().totalPowerW as number);
}

/** Time-out 30 s, fall-back 10 %, then on. 32-bit values have their least significant word first. */
function enableWatchdog({ ask }: Bench): void {
  expect(ask('10 f310 0004 08 001e 0000 0000 4120')).toBe('10f3100004');
  expect(ask('06 f300 0001')).toBe('06f3000001');
}

describe('solaredge-inverter', () => {
  it('has its models 1 and 103, most significant word first', () => {
    const bench = sunny();
    expect(walkChain(bench)).toEqual([
      { id: 1, address: 40_002, length: 65 },
      { id: 103, address: 40_069, length: 50 },
    ]);
    expect(bench.words(40_069 + 14, 2)).toBe('1f400000');
  });

  it('changes the scale factor of its power while it runs', () => {
    const bench = sunny();
    bench.stand.setSun(1_234.5);
    bench.pass(2_000);
    expect(bench.words(40_069 + 14, 2)).toBe('3039ffff');
  });

  it('shows its control values with the least significant word first', () => {
    const { words } = sunny();
    expect(words(0xf304, 2)).toBe('4000461c');
    expect(words(0xf30c, 2)).toBe('4000461c');
    expect(words(0xf322, 2)).toBe('000042c8');
  });

  it('obeys a dynamic limit while it is fed, and its fall-back when it is not', () => {
    const bench = sunny();
    enableWatchdog(bench);
    bench.ask('10 f322 0002 04 0000 41f0');
    bench.pass(29_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 3);
    bench.ask('10 f322 0002 04 0000 41f0');
    bench.pass(29_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 3);
    bench.pass(2_000);
    expect(producedW(bench)).toBeCloseTo(1_000, 3);
    bench.ask('10 f322 0002 04 0000 41f0');
    bench.pass(1_000);
    expect(producedW(bench)).toBeCloseTo(3_000, 3);
  });

  it('is not fed by reads or by writes of anything but a command', () => {
    const bench = sunny();
    enableWatchdog(bench);
    bench.ask('10 f322 0002 04 0000 41f0');
    bench.pass(20_000);
    bench.words(0xf322, 2);
    bench.ask('10 f312 0002 04 0000 4120');
    bench.pass(11_000);
    expect(producedW(bench)).toBeCloseTo(1_000, 3);
  });

  it('limits nothing by commands before it is enabled', () => {
    const bench = sunny();
    bench.ask('10 f322 0002 04 0000 41f0');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
  });

  it('obeys 0xF001 only after advanced power control was committed, and without any timer', () => {
    const bench = sunny();
    bench.ask('06 f001 0014');
    bench.ask('10 f142 0002 04 0001 0000');
    bench.pass(1_000);
    expect(producedW(bench)).toBe(8_000);
    expect(bench.ask('06 f100 0001')).toBe('06f1000001');
    bench.pass(3_600_000);
    expect(producedW(bench)).toBeCloseTo(2_000, 3);
    expect(bench.words(0xf100, 1)).toBe('0000');
  });

  it('keeps over a restart only what was committed, and never a limit', () => {
    const bench = sunny();
    enableWatchdog(bench);
    bench.ask('06 f100 0001');
    bench.ask('10 f310 0002 04 000a 0000');
    expect(bench.words(0xf310, 24)).toHaveLength(96);
    bench.ask('10 f322 0002 04 0000 41f0');
    bench.stand.firmware.powerCycle(bench.stand.nowMs);
    bench.pass(1_000);
    expect(bench.words(0xf300, 1)).toBe('0001');
    expect(bench.words(0xf310, 2)).toBe('001e0000');
    expect(bench.words(0xf322, 2)).toBe('000042c8');
    expect(producedW(bench)).toBe(8_000);
  });

  it.each([
    ['half of a value', '06 f322 0000', '8602'],
    ['more than 100 percent', '10 f322 0002 04 0000 42ca', '9003'],
    ['the state of the ripple-control inputs', '06 f000 0001', '8602'],
    ['an address between its blocks', '03 f200 0001', '8302'],
  ])('refuses %s', (_, request, expected) => {
    expect(sunny().ask(request)).toBe(expected);
  });

  it('takes one client, and closes it after two idle minutes', () => {
    expect(sunny().stand.firmware.tcpManners).toEqual({ mostClients: 1, idleMs: 120_000 });
  });
});
