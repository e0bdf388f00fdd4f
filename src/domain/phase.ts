/** The phases of a low-voltage supply. A single-phase home has L1 only. */
export type Phase = 'L1' | 'L2' | 'L3';

export const PHASES: readonly Phase[] = ['L1', 'L2', 'L3'];

/** One value per phase; a phase that is not there has no entry. */
export type PerPhase<T> = Readonly<Partial<Record<Phase, T>>>;

/** On how many phases a charge point that can switch between them charges. */
export type PhaseCount = 1 | 3;
