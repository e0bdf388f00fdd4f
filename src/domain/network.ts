import type { RunningMs, UtcMs } from './instant.ts';

/** The way from the gateway to the back office, from the bottom; each rung rests on the ones below it. */
export const RUNGS = {
  link: 'Cable or Wi-Fi',
  address: 'Own address',
  router: 'Router',
  dns: 'Names (DNS)',
  clock: 'Clock',
  wan: 'Broadband',
  brokerTcp: 'Broker (TCP)',
  tls: 'Encryption (TLS)',
  identity: 'Own certificate',
  session: 'Session (MQTT)',
  roundTrip: 'Round trip',
} as const;

export type Rung = keyof typeof RUNGS;

export const RUNG_NAMES = Object.keys(RUNGS) as readonly Rung[];

export function isRung(text: string): text is Rung {
  return text in RUNGS;
}

export type RungState = 'passed' | 'failed' | 'notReached' | 'cannotBeTold';

/** Whose job the next step is. */
export const RESPONSIBLE = {
  household: 'the household',
  broadbandProvider: 'the broadband provider',
  fieldEngineer: 'the field engineer',
  backOffice: 'the back office',
} as const;

export type Responsible = keyof typeof RESPONSIBLE;

/** What is known of one rung. */
export interface RungFinding {
  readonly rung: Rung;
  readonly state: RungState;
  /** Code of the table of causes. */
  readonly cause: string;
  /** The cause in plain words, for the household. */
  readonly sentence: string;
  /** The same for the field engineer. */
  readonly forEngineer: string;
  /** What was looked at, and what was found there. */
  readonly seen: readonly string[];
  readonly tookMs: number;
  /** What to do; absent where there is nothing to do. */
  readonly nextStep?: string;
  readonly responsible?: Responsible;
}

/** The ladder as it was climbed once. */
export interface Ladder {
  readonly atUtcMs: UtcMs;
  readonly runningMs: RunningMs;
  readonly tookMs: number;
  /** The connection to the back office stands, whatever a new one would meet. */
  readonly isStanding: boolean;
  /** One for each rung, from the bottom. */
  readonly findings: readonly RungFinding[];
  /** The lowest rung that failed. */
  readonly lowestFailed?: Rung;
  /** The whole in one sentence. */
  readonly sentence: string;
}

/** An entry of the history: from here on this rung was the lowest broken one, or none was. */
export interface NetworkChange {
  readonly atUtcMs: UtcMs;
  readonly runningMs: RunningMs;
  /** Absent: the way was whole again. */
  readonly broken?: Rung;
  readonly cause: string;
  readonly sentence: string;
}
