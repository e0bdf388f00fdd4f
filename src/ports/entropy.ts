/** Randomness that cannot be guessed and is not the same on two boxes. */
export interface Entropy {
  /** A whole number, uniform over 0..maxInclusive. */
  wholeUpTo(maxInclusive: number): number;
  /** A fresh identifier. */
  identifier(): string;
}
