import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CertificateFacts,
  endingOf,
  nearsUtcMs,
  renewalDueUtcMs,
  renewalLeadMs,
} from '../../src/domain/certificate.ts';

const DAY_MS = 86_400_000;

function certificateOf(days: number, fingerprint = '00000000'): CertificateFacts {
  const names = { subject: 'CN=home-1', issuer: 'CN=authority', serial: '01' };
  return { ...names, fromUtcMs: 0, untilUtcMs: days * DAY_MS, fingerprint };
}

describe('a new certificate is asked for', () => {
  it.each([
    ['of 90 days 30 days before its end', 90, 30],
    ['of a year when a third of it is left', 366, 122],
    ['of 45 days not before half of them are over', 45, 22.5],
    ['of an hour when half of it is left', 1 / 24, 1 / 48],
  ])('in the place of one %s', (_, life, left) => {
    expect(renewalLeadMs(certificateOf(life), 30) / DAY_MS).toBeCloseTo(left, 9);
    expect(renewalDueUtcMs(certificateOf(life), 30) / DAY_MS).toBeCloseTo(life - left, 6);
  });

  it('earlier where the settings say so', () => {
    expect(renewalDueUtcMs(certificateOf(365), 150)).toBe(215 * DAY_MS);
  });

  it('at a place of its own by each gateway of a town, the same after a restart', () => {
    const place = (fingerprint: string) => renewalDueUtcMs(certificateOf(90, fingerprint), 30) / DAY_MS;
    expect(place('00000000')).toBe(60);
    expect(place('80000000')).toBe(63.75);
    expect(place('ffffffff')).toBeCloseTo(67.5, 6);
  });
});

describe('the end of a certificate', () => {
  it.each([
    ['far at 31 days', 31, 'far'],
    ['near at 30 days', 30, 'near'],
    ['imminent at 7 days', 7, 'imminent'],
    ['past at its last instant', 0, 'past'],
    ['past long after', -400, 'past'],
  ] as const)('is %s', (_, left, ending) => {
    expect(endingOf(certificateOf(365), (365 - left) * DAY_MS)).toBe(ending);
  });

  it('of any life is never told as near before its renewal was due at every gateway', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 4_000, noNaN: true }),
        fc.integer({ min: 1, max: 366 }),
        (days, renewalDays) => {
          const latest = renewalDueUtcMs(certificateOf(days, 'ffffffff'), renewalDays);
          const certificate = certificateOf(days);
          expect(latest).toBeLessThan(nearsUtcMs(certificate, 'near'));
          expect(nearsUtcMs(certificate, 'near')).toBeLessThan(nearsUtcMs(certificate, 'imminent'));
          expect(latest).toBeGreaterThan(0);
        },
      ),
    );
  });
});
