/** Weights of the twelve digits before the check digit: the primes from 3, without 11. Source: MPAN core, public `mpan` package. */
const WEIGHTS = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43] as const;

/** The two digits that lead an MPAN: which distributor the supply is connected to. */
export type DistributorId = string;

/**
 * Whether a text is the 13-digit core of a meter point administration number, by its check digit. A true answer does not
 * say that the number was ever given out.
 */
export function isMpan(text: string): boolean {
  if (!/^\d{13}$/.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(text[place]), 0);
  return (sum % 11) % 10 === Number(text[12]);
}

/** @param mpan for which isMpan holds */
export function distributorOf(mpan: string): DistributorId {
  return mpan.slice(0, 2);
}

/** Licence areas of Great Britain by distributor id. Source: Elexon market participants, as listed by the public `mpan` package. */
const LICENCE_AREAS: Readonly<Record<DistributorId, string>> = {
  '10': 'UK Power Networks (Eastern)',
  '11': 'National Grid Electricity Distribution (East Midlands)',
  '12': 'UK Power Networks (London)',
  '13': 'SP Energy Networks (Merseyside, Cheshire and North Wales)',
  '14': 'National Grid Electricity Distribution (West Midlands)',
  '15': 'Northern Powergrid (North East)',
  '16': 'Electricity North West',
  '17': 'SSEN (North Scotland)',
  '18': 'SP Energy Networks (South Scotland)',
  '19': 'UK Power Networks (South East)',
  '20': 'SSEN (Southern England)',
  '21': 'National Grid Electricity Distribution (South Wales)',
  '22': 'National Grid Electricity Distribution (South West)',
  '23': 'Northern Powergrid (Yorkshire)',
};

/** A distributor by the name that a household may know; its number where it is one of the smaller networks. */
export function distributorName(distributor: DistributorId): string {
  return LICENCE_AREAS[distributor] ?? `the distributor ${distributor}`;
}
