/**
 * A number from 0 to below 1 that belongs to this seed and these names: the same in every run and in every process, whatever
 * was drawn before. FNV-1a, then the mixing of mulberry32.
 */
export function draw(seed: number, ...names: readonly (string | number)[]): number {
  let state = (0x811c9dc5 ^ seed) >>> 0;
  for (const name of names) {
    for (const character of `${name}/`) {
      state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    }
  }
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}
