/** The real clock with its fractions, alike in every process of this machine. */
export function realMs(): number {
  return performance.timeOrigin + performance.now();
}
