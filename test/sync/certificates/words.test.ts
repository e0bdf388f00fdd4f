import { describe, expect, it } from 'vitest';
import { renewalFaults } from '../../../src/sync/certificates/describeRenewal.ts';
import { DAY_MS, RenewalBench } from './bench.ts';

describe('the end of the certificate in words', () => {
  it.each([
    [200, [], 'Valid until 2027-07-20T00:00:00.000Z, for 200 days'],
    [30, ['certificate-ends-soon'], 'for 30 days'],
    [7, ['certificate-ends-within-days'], 'for 7 days'],
    [0, ['certificate-expired'], 'Expired at 2027-01-01T00:00:00.000Z, 0 s ago'],
    [
      -3,
      ['certificate-expired'],
      '3 days ago: the broker lets nobody in by it; put a new certificate in place of',
    ],
  ])('with %i days left', (leftDays, codes, words) => {
    const bench = new RenewalBench({ leftDays });
    bench.isConnected = false;
    expect(bench.faults()).toEqual(codes);
    expect(bench.view().sentence).toContain(words);
  });

  it('names the files of the settings when it is past, whichever is in use', () => {
    const bench = new RenewalBench({ leftDays: -3 });
    bench.isConnected = false;
    expect(bench.view().sentence).toMatch(
      /put a new certificate in place of \/etc\/own.crt and its key in place of \/etc\/own.key$/,
    );
    expect(bench.view().renewal).toBe('No new one can be asked for, since that goes over the broker');
  });

  it('tells since when', () => {
    const bench = new RenewalBench({ leftDays: 30 });
    const { clock, renewal } = bench;
    const now = { ...clock.now(), runningMs: 10 * DAY_MS, utcMs: clock.now().utcMs + DAY_MS };
    expect(renewalFaults(renewal.standing(), now)).toEqual([
      { code: 'certificate-ends-soon', subject: 'certificate', sinceMs: 9 * DAY_MS },
    ]);
  });

  it.each(['none', 'coarse'] as const)(
    'raises no fault by a clock of the level %s, and says what is known',
    (level) => {
      const bench = new RenewalBench({ leftDays: -3 });
      bench.clock.clockLevel = level;
      expect(bench.faults()).toEqual([]);
      expect(bench.view().sentence).toContain('how long that is cannot be said');
      expect(bench.view().renewal).toBe('No new one is asked for while the clock is not synchronised');
    },
  );

  it('of one that is past while its connection stands says that the next interruption ends it', () => {
    expect(new RenewalBench({ leftDays: -1 }).view().sentence).toContain('the connection made before stands');
  });

  it('says when one begins only later', () => {
    expect(new RenewalBench({ leftDays: 370 }).view().sentence).toContain('Valid only from 2027-01-06');
  });

  it('says where the asking stands', async () => {
    const bench = new RenewalBench({ leftDays: 130 });
    expect(bench.view().renewal).toMatch(/^A new one is asked for from 2027-01-0\d/);
    await bench.clock.advance(9 * DAY_MS - 1);
    bench.isConnected = false;
    bench.certificates.kept = { askedAtUtcMs: [], asks: 0 };
    bench.begin();
    expect(bench.view().renewal).toBe(
      'A new one is due, and is asked for as soon as the connection to the broker stands',
    );
    bench.isConnected = true;
    await bench.clock.advance(2_000);
    expect(bench.view().renewal).toMatch(/asked for once, last at .*; the back office has not answered yet/);
    bench.answer();
    expect(bench.view().renewal).toContain('A new one, valid until 2028-01-01T00:00:00.000Z, is here');
  });
});
