import { decide } from '../../src/core/decide.ts';
import { schemesAfterRestart } from '../../src/core/limitationScheme.ts';

/** The parts of the core that a law or the model exercises, so that a broken core can stand in for the real one. */
export interface Judgement {
  readonly decide: typeof decide;
  readonly schemesAfterRestart: typeof schemesAfterRestart;
}

export const JUDGEMENT: Judgement = { decide, schemesAfterRestart };
