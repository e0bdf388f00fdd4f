/**
 * Figures of the customer limitation scheme (ENA EREC G100 Issue 2). One table: the judgement, the site plan and the
 * documentation read it. The document itself was not at hand: `confidence` says what each figure rests on, and where
 * sources differ the stricter one is the default. Settable by the site plan only.
 */
export interface SchemeFigures {
  /** An excursion of this length counts; shorter ones are only recorded. */
  readonly countedAfterMs: number;
  /** An excursion of this length locks at once. */
  readonly lockAfterMs: number;
  /** This many counted excursions that began within the window lock. */
  readonly shortRepeatCount: number;
  readonly shortRepeatWindowMs: number;
  readonly longRepeatCount: number;
  readonly longRepeatWindowMs: number;
  /** A dip back inside of no more than this does not end an excursion. */
  readonly bridgeMs: number;
  /** The householder may reset while fewer lock-outs than this lie in the window, the present one counted. */
  readonly householderResetsBelow: number;
  readonly resetWindowMs: number;
  /** Opens the lock-out by itself after this; 0: never, as at a home. */
  readonly automaticResetMs: number;
}

export interface SchemeFigureEntry {
  readonly value: number;
  readonly meaning: string;
  readonly clause: string;
  /** confirmed by the text, by a secondary source, or settled here because sources differ. */
  readonly confidence: 'confirmed' | 'secondary source' | 'sources differ';
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const SCHEME_FIGURES: Readonly<Record<keyof SchemeFigures, SchemeFigureEntry>> = {
  countedAfterMs: {
    value: 15_000,
    meaning: 'an excursion this long counts',
    clause: 'EREC G100 Issue 2, 4.5.1',
    confidence: 'secondary source',
  },
  lockAfterMs: {
    value: MINUTE_MS,
    meaning: 'an excursion this long locks at once',
    clause: 'EREC G100 Issue 2, 4.5.1',
    confidence: 'sources differ',
  },
  shortRepeatCount: {
    value: 2,
    meaning: 'this many counted excursions within the short window lock',
    clause: 'EREC G100 Issue 2, 4.5.1',
    confidence: 'secondary source',
  },
  shortRepeatWindowMs: {
    value: 10 * MINUTE_MS,
    meaning: 'the short window, onset to onset',
    clause: 'EREC G100 Issue 2, 4.5.1',
    confidence: 'secondary source',
  },
  longRepeatCount: {
    value: 3,
    meaning: 'this many counted excursions within the long window lock',
    clause: 'EREC G100 Issue 2, 4.5.1',
    confidence: 'sources differ',
  },
  longRepeatWindowMs: {
    value: DAY_MS,
    meaning: 'the long window, onset to onset',
    clause: 'EREC G100 Issue 2, 4.5.1',
    confidence: 'secondary source',
  },
  bridgeMs: {
    value: 2_000,
    meaning: 'a dip back inside of no more than this does not end an excursion',
    clause: 'none: a sample must not split an excursion',
    confidence: 'sources differ',
  },
  householderResetsBelow: {
    value: 3,
    meaning: 'the householder may reset while fewer lock-outs lie in the reset window, this one counted',
    clause: 'EREC G100 Issue 2, 4.5.2',
    confidence: 'sources differ',
  },
  resetWindowMs: {
    value: 30 * DAY_MS,
    meaning: 'the reset window',
    clause: 'EREC G100 Issue 2, 4.5.2',
    confidence: 'secondary source',
  },
  automaticResetMs: {
    value: 0,
    meaning: 'opens the lock-out by itself; 0: never (a home), 4 h for other premises',
    clause: 'EREC G100 Issue 2, 4.5.2',
    confidence: 'secondary source',
  },
};

export const DEFAULT_SCHEME_FIGURES: SchemeFigures = Object.fromEntries(
  Object.entries(SCHEME_FIGURES).map(([name, { value }]) => [name, value]),
) as unknown as SchemeFigures;
