import type { UtcMs } from './instant.ts';

/** What a household agrees to, or not, one by one. Safety and limits of rank 1 to 3 never rest on any of them. */
export const CONSENT_PURPOSES = {
  installation: {
    title: 'The devices are installed and looked after',
    leaves: 'nothing; it is about work in the home',
  },
  research: {
    title: 'Take part in the research of the trial',
    leaves: 'nothing by itself; without it no data is used for research',
  },
  chargingData: {
    title: 'Charging and metering data are collected and used',
    leaves: 'flows, powers, energy, charging states and charging sessions',
  },
  vehicleData: {
    title: 'Vehicle and journey data are collected and used',
    leaves: 'wishes for energy by a departure, and the departure',
  },
  networkDiagnostics: {
    title: 'Faults of the broadband and the router are told',
    leaves: 'which step of the way to the back office is broken, and since when',
  },
  onwardUse: {
    title: 'Named partners may use the data as well',
    leaves: 'nothing by itself; without it no data is handed on',
  },
  demandControl: {
    title: 'The controlling party may hold devices back',
    leaves: 'nothing; it decides whether curtailments are obeyed',
  },
  v2gControl: {
    title: 'The controlling party may take energy from the vehicle',
    leaves: 'nothing; there is no command yet that asks for it, so nothing rests on it',
  },
  dnoRestriction: {
    title: 'The distributor may reduce devices for a short time in an emergency',
    leaves: 'restrictions in force; their signed receipts are kept as the law asks',
  },
  photographs: {
    title: 'Photographs and quotes may be used',
    leaves: 'nothing; the back office keeps this one',
  },
} as const;

export type ConsentPurpose = keyof typeof CONSENT_PURPOSES;

/** All that the gateway keeps a ledger of. */
export const GATEWAY_PURPOSES = (Object.keys(CONSENT_PURPOSES) as ConsentPurpose[]).filter(
  (purpose) => purpose !== 'photographs',
);

export const CONSENT_ACTIONS = ['given', 'refused', 'withdrawn'] as const;
export const CONSENT_WAYS = ['localPage', 'commandLine', 'backOffice', 'paper'] as const;

/** A person of the household, never by name: the main driver, and each further regular driver by a number. */
export const CONSENT_PERSON = /^(main|driver-([2-9]|[1-9]\d))$/;
/** A reference, never a form: no room for a name and an address. */
export const CONSENT_EVIDENCE = /^[A-Za-z0-9./:_-]{1,40}$/;

/** One entry of the ledger, which only grows. Never a name, an address or a number of a person. */
export interface ConsentEntry {
  readonly purpose: ConsentPurpose;
  readonly action: (typeof CONSENT_ACTIONS)[number];
  /** Which text was agreed to. */
  readonly textVersion: string;
  /** `main`, `driver-2`, ... */
  readonly person: string;
  readonly how: (typeof CONSENT_WAYS)[number];
  readonly atUtcMs: UtcMs;
  /** Where the evidence lies, for example the number of a paper form. */
  readonly evidence?: string;
  /** Given only until then; absent: until it is withdrawn. */
  readonly expiresAtUtcMs?: UtcMs;
  /** Of the signed message of the back office that asked for it. */
  readonly requestId?: string;
  /** It stands in a record that was restored: what was said since is not known, so it counts only when it is given anew. */
  readonly isUnconfirmed?: true;
}

/** The text of one purpose that is to be agreed to. */
export interface ConsentText {
  readonly version: string;
  /** From then on nothing rests on an older text; absent: since ever. */
  readonly appliesFromUtcMs?: UtcMs;
}

export type ConsentTexts = { readonly [Purpose in ConsentPurpose]?: ConsentText };

export type ConsentState =
  | { readonly kind: 'never' }
  | {
      readonly kind: ConsentEntry['action'] | 'expired' | 'superseded' | 'unconfirmed';
      readonly entry: ConsentEntry;
    };

export type ConsentStateKind = ConsentState['kind'];

/** Where a person stands: by the last entry of hers or his, the date, and the text that applies. */
export function consentOfPerson(
  ledger: readonly ConsentEntry[],
  purpose: ConsentPurpose,
  person: string,
  texts: ConsentTexts,
  nowUtcMs: UtcMs,
): ConsentState {
  const entry = ledger.findLast((one) => one.purpose === purpose && one.person === person);
  if (entry === undefined) return { kind: 'never' };
  if (entry.action !== 'given') return { kind: entry.action, entry };
  if (entry.isUnconfirmed === true) return { kind: 'unconfirmed', entry };
  if (entry.expiresAtUtcMs !== undefined && entry.expiresAtUtcMs <= nowUtcMs)
    return { kind: 'expired', entry };
  const text = texts[purpose];
  const isNewer = text !== undefined && text.version !== entry.textVersion;
  if (isNewer && (text.appliesFromUtcMs ?? nowUtcMs) <= nowUtcMs) return { kind: 'superseded', entry };
  return { kind: 'given', entry };
}

/** What one person of several says stops it for all: also what cannot be known any more. */
const STOPPING: readonly ConsentStateKind[] = ['refused', 'withdrawn', 'unconfirmed'];

/**
 * Where the household stands: given only while the main driver has given it and no other person of the ledger has
 * refused or withdrawn it.
 */
export function consentStateOf(
  ledger: readonly ConsentEntry[],
  purpose: ConsentPurpose,
  texts: ConsentTexts,
  nowUtcMs: UtcMs,
): ConsentState {
  const main = consentOfPerson(ledger, purpose, 'main', texts, nowUtcMs);
  if (main.kind !== 'given') return main;
  for (const person of personsOf(ledger)) {
    const state = consentOfPerson(ledger, purpose, person, texts, nowUtcMs);
    if (STOPPING.includes(state.kind)) return state;
  }
  return main;
}

/** Everybody of whom something is on record, the main driver first. */
export function personsOf(ledger: readonly ConsentEntry[]): readonly string[] {
  return ['main', ...new Set(ledger.map(({ person }) => person).filter((person) => person !== 'main'))];
}

/** What the household agrees to now. */
export function coveredPurposes(
  ledger: readonly ConsentEntry[],
  texts: ConsentTexts,
  nowUtcMs: UtcMs,
): ReadonlySet<ConsentPurpose> {
  const isCovered = (purpose: ConsentPurpose): boolean =>
    consentStateOf(ledger, purpose, texts, nowUtcMs).kind === 'given';
  return new Set(GATEWAY_PURPOSES.filter(isCovered));
}
