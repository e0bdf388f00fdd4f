import { describe, expect, it } from 'vitest';
import { type Bench, standBench } from './bench.ts';

function closed({ stand }: Bench): readonly number[] {
  const truth = stand.truth();
  return Object.keys(truth)
    .filter((name) => name.startsWith('relayClosed.') && truth[name] === true)
    .map((name) => Number(name.slice('relayClosed.'.length)));
}

describe('isma-6ro', () => {
  it('switches by coil, by mask and by its output register', () => {
    const bench = standBench('isma-6ro');
    expect(bench.ask('05 0331 ff00')).toBe('050331ff00');
    bench.pass(1_000);
    expect(closed(bench)).toEqual([2]);
    expect(bench.ask('0f 0330 0006 01 15')).toBe('0f03300006');
    bench.pass(1_000);
    expect(closed(bench)).toEqual([1, 3, 5]);
    expect(bench.words(51, 1)).toBe('0015');
    bench.ask('06 0033 0020');
    expect(bench.ask('01 0330 0006')).toBe('010120');
  });

  it('has its watchdog off out of the box: it stays as it was', () => {
    const bench = standBench('isma-6ro');
    expect(bench.words(8, 1)).toBe('0000');
    bench.ask('05 0330 ff00');
    bench.pass(86_400_000);
    expect(closed(bench)).toEqual([1]);
  });

  it('takes its chosen state when nobody has spoken to it for the time of its watchdog', () => {
    const bench = standBench('isma-6ro');
    bench.ask('06 0008 2710');
    bench.ask('06 000c 0002');
    bench.ask('05 0330 ff00');
    bench.pass(9_000);
    expect(closed(bench)).toEqual([1]);
    bench.pass(2_000);
    expect(closed(bench)).toEqual([2]);
  });

  it('is fed by any message, also by one that only reads or that it refuses', () => {
    const bench = standBench('isma-6ro');
    bench.ask('06 0008 2710');
    bench.ask('05 0330 ff00');
    for (const request of ['01 0330 0006', '03 0008 0001', '04 0000 0001']) {
      bench.pass(9_000);
      bench.ask(request);
    }
    bench.pass(9_000);
    expect(closed(bench)).toEqual([1]);
    bench.pass(2_000);
    expect(closed(bench)).toEqual([]);
  });

  it('keeps its settings over a restart and starts in the chosen state', () => {
    const bench = standBench('isma-6ro');
    bench.ask('06 0008 2710');
    bench.ask('06 000c 0004');
    bench.ask('05 0330 ff00');
    bench.stand.firmware.powerCycle(bench.stand.nowMs);
    bench.pass(1_000);
    expect(closed(bench)).toEqual([3]);
    expect(bench.words(8, 1)).toBe('2710');
  });

  it('shows the bits of its chosen state as coils', () => {
    const bench = standBench('isma-6ro');
    bench.ask('05 00c2 ff00');
    expect(bench.words(12, 1)).toBe('0004');
    expect(bench.ask('01 00c0 0006')).toBe('010104');
    expect(bench.ask('05 0000 ff00')).toBe('8502');
  });

  it('counts messages with the least significant word first', () => {
    const bench = standBench('isma-6ro');
    bench.ask('03 0008 0001');
    expect(bench.words(32, 2)).toBe('00020000');
  });

  it.each([
    ['a seventh output', '05 0336 ff00', '8502'],
    ['a value that is no coil', '05 0330 1234', '8503'],
    ['a state of seven outputs', '06 000c 0040', '8603'],
    ['discrete inputs', '02 0000 0001', '8201'],
  ])('refuses %s', (_, request, expected) => {
    expect(standBench('isma-6ro').ask(request)).toBe(expected);
  });
});

describe('wiren-board-mr6c', () => {
  it('opens its relays when the safety timer runs out', () => {
    const bench = standBench('wiren-board-mr6c');
    expect(bench.words(8, 1)).toBe('0000');
    bench.ask('06 0008 001e');
    bench.ask('0f 0000 0006 01 3f');
    bench.pass(20_000);
    bench.ask('02 0000 0008');
    bench.pass(29_000);
    expect(closed(bench)).toEqual([1, 2, 3, 4, 5, 6]);
    bench.pass(2_000);
    expect(closed(bench)).toEqual([]);
    expect(bench.ask('01 0000 0006')).toBe('010100');
  });

  it('stays as it was without a safety timer', () => {
    const bench = standBench('wiren-board-mr6c');
    bench.ask('05 0005 ff00');
    bench.pass(86_400_000);
    expect(closed(bench)).toEqual([6]);
  });

  it('shows its inputs', () => {
    const bench = standBench('wiren-board-mr6c');
    for (const index of [0, 2]) Object.assign(bench.stand.inputs[index] ?? {}, { isActive: true });
    expect(bench.ask('02 0000 0008')).toBe('020105');
    expect(bench.stand.truth()['inputActive.3']).toBe(true);
  });

  it('opens after power loss, or not, as it was told', () => {
    const bench = standBench('wiren-board-mr6c');
    bench.ask('05 0000 ff00');
    bench.pass(1_000);
    bench.ask('06 0006 0001');
    bench.stand.firmware.powerCycle(bench.stand.nowMs);
    bench.pass(1_000);
    expect(closed(bench)).toEqual([1]);
    bench.ask('06 0006 0000');
    bench.stand.firmware.powerCycle(bench.stand.nowMs);
    bench.pass(1_000);
    expect(closed(bench)).toEqual([]);
  });

  it('signs with its name, one character a register', () => {
    expect(standBench('wiren-board-mr6c').words(200, 6)).toBe('00570042004d005200360043');
  });
});

describe('shelly-pro-3em', () => {
  it('switches its one output by a coil and has no watchdog', () => {
    const bench = standBench('shelly-pro-3em');
    expect(bench.ask('05 0064 ff00')).toBe('050064ff00');
    bench.pass(86_400_000);
    expect(closed(bench)).toEqual([1]);
    expect(bench.ask('01 0064 0001')).toBe('010101');
    expect(bench.words(3_002, 1, 4)).toBe('0001');
    bench.ask('05 0064 0000');
    bench.pass(1_000);
    expect(closed(bench)).toEqual([]);
    expect(bench.ask('05 0000 ff00')).toBe('8502');
  });
});

describe('waveshare-io-8', () => {
  it('shows its eight inputs as they are set', () => {
    const bench = standBench('waveshare-io-8');
    expect(bench.ask('02 0000 0008')).toBe('020100');
    for (const index of [0, 7]) Object.assign(bench.stand.inputs[index] ?? {}, { isActive: true });
    expect(bench.ask('02 0000 0008')).toBe('020181');
    expect(bench.ask('02 0007 0001')).toBe('020101');
    expect(bench.ask('02 0001 0008')).toBe('8202');
  });

  it('switches its outputs, which stay as they were', () => {
    const bench = standBench('waveshare-io-8');
    bench.ask('0f 0000 0008 01 81');
    bench.pass(86_400_000);
    expect(closed(bench)).toEqual([1, 8]);
    bench.stand.firmware.powerCycle(bench.stand.nowMs);
    bench.pass(1_000);
    expect(closed(bench)).toEqual([]);
  });

  it('shows its version and keeps a new unit number', () => {
    const bench = standBench('waveshare-io-8');
    expect(bench.words(0x8000, 1)).toBe('00c8');
    bench.ask('06 4000 0009');
    expect(bench.stand.firmware.unit).toBe(9);
  });
});

describe('waveshare-relay-8 on the bench', () => {
  it('drops by itself after a flash-on', () => {
    const bench = standBench('waveshare-relay-8');
    bench.ask('05 0200 0014');
    bench.pass(1_500);
    expect(closed(bench)).toEqual([1]);
    bench.pass(1_000);
    expect(closed(bench)).toEqual([]);
  });
});
