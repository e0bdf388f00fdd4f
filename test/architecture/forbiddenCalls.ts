import { tokenize } from './tokens.ts';

/** A run of tokens that must not stand in a source, and what to use in its place. */
interface ForbiddenCall {
  readonly tokens: readonly string[];
  readonly instead: string;
}

const CLOCK = 'take the time from the Clock port';
const TIMER = 'take the timer from the Clock port';
const ENTROPY = 'take it from the Entropy port';

/** Time and chance come through ports, so that the tests can step them and a speed factor scales them all. */
export const TIME_AND_CHANCE: readonly ForbiddenCall[] = [
  { tokens: ['setTimeout'], instead: TIMER },
  { tokens: ['setInterval'], instead: TIMER },
  { tokens: ['AbortSignal', '.', 'timeout'], instead: TIMER },
  { tokens: ['Date', '.', 'now'], instead: CLOCK },
  { tokens: ['new', 'Date', '(', ')'], instead: CLOCK },
  { tokens: ['new', 'Date', ';'], instead: CLOCK },
  { tokens: ['performance', '.', 'now'], instead: CLOCK },
  { tokens: ['hrtime'], instead: CLOCK },
  { tokens: ['Math', '.', 'random'], instead: ENTROPY },
  { tokens: ['randomUUID'], instead: ENTROPY },
  { tokens: ['randomInt'], instead: ENTROPY },
  { tokens: ['randomBytes'], instead: ENTROPY },
  { tokens: ['getRandomValues'], instead: ENTROPY },
];

/** A judgement returns values; it does not wait and does not speak. */
export const WAITING_AND_SPEAKING: readonly ForbiddenCall[] = [
  { tokens: ['async'], instead: 'return a value' },
  { tokens: ['await'], instead: 'return a value' },
  { tokens: ['Promise'], instead: 'return a value' },
  { tokens: ['console'], instead: 'return a reason' },
];

/** Each forbidden run of tokens in the source, by line; comments and texts do not count. */
export function findForbiddenCalls(source: string, forbidden: readonly ForbiddenCall[]): readonly string[] {
  const tokens = tokenize(source).filter(({ kind }) => kind !== 'string');
  return tokens.flatMap(({ line }, index) =>
    forbidden
      .filter((call) => call.tokens.every((text, offset) => tokens[index + offset]?.text === text))
      .map((call) => `${line}: ${call.tokens.join('')}: ${call.instead}`),
  );
}
