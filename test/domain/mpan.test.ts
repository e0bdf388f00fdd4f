import { describe, expect, it } from 'vitest';
import { distributorName, distributorOf, isMpan } from '../../src/domain/mpan.ts';

describe('an MPAN core', () => {
  it.each(['1200123456787', '2000123456080', '1012345678903', '9999999999993'])(
    '%s has a right check digit',
    (mpan) => {
      expect(isMpan(mpan)).toBe(true);
    },
  );

  it.each(['1405566778899', '1200123456788', '120012345678', '12001234567870', '1200123 56787', ''])(
    '"%s" is none',
    (mpan) => {
      expect(isMpan(mpan)).toBe(false);
    },
  );

  it('is never right when any one digit is another', () => {
    const mpan = '1200123456787';
    for (let place = 0; place < mpan.length; place += 1) {
      const wrong = [...'0123456789'].filter((digit) => digit !== mpan[place]);
      const taken = wrong.filter((digit) =>
        isMpan(`${mpan.slice(0, place)}${digit}${mpan.slice(place + 1)}`),
      );
      // The remainders 0 and 10 share the check digit 0, so a few exchanges are not seen.
      expect(taken.length).toBeLessThanOrEqual(1);
    }
  });

  it('names the distributor by its first two digits', () => {
    expect(distributorOf('2000123456080')).toBe('20');
    expect(distributorName('20')).toBe('SSEN (Southern England)');
    expect(distributorName('39')).toBe('the distributor 39');
  });
});
