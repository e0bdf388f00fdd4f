import type { CauseCode } from './causes.ts';

/** What one rung was found to be. */
export interface Verdict {
  readonly cause: CauseCode;
  readonly seen: readonly string[];
}
