import { describe, expect, it } from 'vitest';
import { Flights } from '../../../src/adapters/mqtt/flights.ts';
import { SteppedClock } from '../../support/steppedClock.ts';

const TIMEOUT_MS = 20_000;

function open() {
  const clock = new SteppedClock();
  const landed: string[] = [];
  const overdueAtMs: number[] = [];
  const flights = new Flights(clock, TIMEOUT_MS, () => overdueAtMs.push(clock.runningMs()));
  const send = (name: string, bytes = 0) =>
    flights.takeOff(bytes, (result) => landed.push(`${name} ${result.ok ? 'taken' : result.cause}`));
  return { clock, landed, overdueAtMs, flights, send };
}

describe('a message that waits for its acknowledgement', () => {
  it('is given up when nothing comes', async () => {
    const { clock, landed, overdueAtMs, send } = open();
    send('a');
    await clock.advance(TIMEOUT_MS - 1);
    expect(landed).toEqual([]);
    await clock.advance(1);
    expect(landed).toEqual(['a timeout']);
    expect(overdueAtMs).toEqual([TIMEOUT_MS]);
  });

  it('is waited for as long as those before it are acknowledged one by one', async () => {
    const { clock, flights, landed, overdueAtMs, send } = open();
    const names = Array.from({ length: 20 }, (_, at) => `m${at}`);
    for (const flight of names.map((name) => send(name))) {
      await clock.advance(15_000);
      flight.land({ ok: true });
    }
    expect(landed).toEqual(names.map((name) => `${name} taken`));
    expect(flights.count).toBe(0);
    await clock.advance(10 * TIMEOUT_MS);
    expect(overdueAtMs).toEqual([]);
  });

  it('is given up when it was passed over, however many behind it are acknowledged', async () => {
    const { clock, landed, overdueAtMs, send } = open();
    const first = send('first');
    send('passed over');
    await clock.advance(5_000);
    first.land({ ok: true });
    for (let n = 0; n < 10; n += 1) {
      const next = send(`n${n}`);
      await clock.advance(2_500);
      next.land({ ok: true });
    }
    expect(overdueAtMs).toEqual([5_000 + TIMEOUT_MS]);
    expect(landed).toContain('passed over timeout');
  });

  it('has as much more time as its bytes take on the slowest line', async () => {
    const { clock, overdueAtMs, send } = open();
    send('large', 10_000);
    await clock.advance(TIMEOUT_MS + 49_999);
    expect(overdueAtMs).toEqual([]);
    await clock.advance(1);
    expect(overdueAtMs).toEqual([70_000]);
  });

  it('has one answer', async () => {
    const { clock, landed, flights, send } = open();
    const flight = send('a');
    flights.landAll({ ok: false, cause: 'offline', detail: '' });
    flight.land({ ok: true });
    await clock.advance(2 * TIMEOUT_MS);
    expect(landed).toEqual(['a offline']);
  });
});
