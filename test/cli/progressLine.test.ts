import { describe, expect, it } from 'vitest';
import { ProgressLine } from '../../src/cli/progressLine.ts';
import { Workload } from '../../src/discovery/workload.ts';
import { SteppedClock } from '../support/steppedClock.ts';

function show(isTerminal: boolean) {
  const clock = new SteppedClock();
  const written: string[] = [];
  const output = {
    write: (text: string) => written.push(text) as unknown as undefined,
    isTerminal,
    columns: 12,
  };
  return { clock, written, line: new ProgressLine(output, clock) };
}

describe('the progress of long work', () => {
  it('is drawn in place on a terminal, within its width, and taken away before other text', async () => {
    const { clock, written, line } = show(true);
    line.show(() => 'a line that is too long');
    line.show(() => 'too soon');
    await clock.advance(200);
    line.show(() => 'later');
    line.clear();
    line.clear();
    expect(written).toEqual(['\r\u001b[2Ka line that', '\r\u001b[2Klater', '\r\u001b[2K']);
  });

  it('elsewhere is a line every five seconds, and none for work that is over sooner', async () => {
    const { clock, written, line } = show(false);
    line.show(() => 'at once');
    await clock.advance(5_000);
    line.show(() => 'after five seconds');
    line.show(() => 'too soon');
    line.clear();
    expect(written).toEqual(['after five seconds\n']);
  });
});

describe('how long it will still take', () => {
  it('is reckoned before, and follows the pace once that is known', async () => {
    const clock = new SteppedClock();
    const work = new Workload(clock);
    work.plan(10_000);
    expect(work.progress()).toEqual({ triedShare: 0, remainingMs: 10_000 });
    await clock.advance(4_000);
    work.finish(2_000);
    expect(work.progress()).toEqual({ triedShare: 0.2, remainingMs: 16_000 });
    work.finish(8_000);
    expect(work.progress()).toEqual({ triedShare: 1, remainingMs: 0 });
  });
});
