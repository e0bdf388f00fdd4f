import { type DistributorId, isMpan } from '../../src/domain/mpan.ts';

/**
 * A number of a supply point that nobody has, its check digit right.
 * @param place from 0, below 10 000 000
 */
export function mpanOf(distributor: DistributorId, place: number): string {
  const digits = `${distributor}000${String(place).padStart(7, '0')}`;
  for (let check = 0; check <= 9; check += 1) {
    if (isMpan(`${digits}${check}`)) return `${digits}${check}`;
  }
  throw new RangeError(`expected a distributor of two digits and a place below 10 000 000, found ${digits}`);
}
