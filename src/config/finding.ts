import type { Mistake } from './mistake.ts';

/** A mistake in a plan, before it is known which file the plan came from. */
export type Finding = Omit<Mistake, 'source'>;

/** circuits[1] (garage).ratingA */
export function placeOf(list: string, index: number, name: string, key: string): string {
  return `${list}[${index}] (${name}).${key}`;
}
