/** A command that is not obeyed, and why, in the words of the event `controlRefused`. */
export interface Refusal {
  readonly ok: false;
  readonly cause: string;
}

const MOST_CAUSE_CHARACTERS = 300;

/** What the sender wrote may stand in the cause: bounded, and without characters that steer a terminal. */
export function refuse(cause: string): Refusal {
  return { ok: false, cause: cause.replace(/\p{Cc}/gu, '?').slice(0, MOST_CAUSE_CHARACTERS) };
}
