import type { ConsentPurpose } from '../../../src/domain/consent.ts';
import type { Json, JsonObject } from '../../support/wire/contractFiles.ts';

/** What the household wants in its car, as no other number of a message is. */
export const WISH_WH = 12_345;
/** How to object to a restriction, as nothing else says it. */
export const OBJECTION = 'call 105 and say plum pudding';

interface Traces {
  /** What docs/consent.md says that leaves the house because of it. */
  readonly leaves: string;
  /** How it shows in a message, line by line of linesOf; each is seen while the household agrees to it. */
  readonly shown: Readonly<Record<string, RegExp>>;
  /** The same of what only happens at times. */
  readonly rare?: Readonly<Record<string, RegExp>>;
}

/**
 * Traces of each purpose in a message by name and value, written from the words of docs/consent.md and by nothing that the
 * program says of its own fields.
 */
export const TRACES = {
  chargingData: {
    leaves: 'flows, powers, energy, charging states, charging hours',
    shown: {
      telemetry: /^telemetry\/1 body\./,
      energy: /\.(importEnergy|exportEnergy|energy)\./,
      flows: /\.flowA=/,
      powers: /\.powerW=/,
      'what a load takes': /\.measuredA=/,
      'charging states': /\.state=[A-F]$/,
      'sentences that tell a flow': /^status-report\/1 body\.(loads\[\]\.)?sentence=/,
      'charging hours': /\.owner\.(hours|hoursAre)\b/,
      boosts: /\.owner\.boosts\[\]/,
    },
    rare: { 'what was seen to flow': /\.(observed|peakA)=/ },
  },
  vehicleData: {
    leaves: 'wishes for energy by a departure',
    shown: { wishes: /\.owner\.readyBy\b/, 'the energy of the wish': new RegExp(`=${WISH_WH}$`) },
  },
  networkDiagnostics: {
    leaves: 'which step of the way to the back office is broken',
    shown: {
      'the broken step': /\.network\./,
      'that it changed': /=networkRungChanged$/,
      'the fault that names it': /=back-office-unreachable$/,
      'the words for it': /\.sync\.sentence=/,
    },
  },
  dnoRestriction: {
    leaves: 'restrictions that are announced or in force',
    shown: {
      restrictions: /^status-report\/1 body\.restrictions\b/,
      'that one has begun': /=restrictionStarted$/,
      'how to object': new RegExp(`=${OBJECTION}$`),
    },
  },
} as const satisfies { readonly [Purpose in ConsentPurpose]?: Traces };

/** Purposes that leave their traces in messages. */
export type TracedPurpose = keyof typeof TRACES;
export const TRACED = Object.keys(TRACES) as TracedPurpose[];

/** Why no field of any message is of one of these. */
export const UNTRACED: { readonly [Purpose in Exclude<ConsentPurpose, TracedPurpose>]: string } = {
  installation: 'it is about work in the home',
  research: 'it is about what the data that leaves anyhow may be used for',
  onwardUse: 'it is about who else may have the data that leaves anyhow',
  demandControl: 'it is about what is obeyed; test/sync shows that nothing is without it',
  v2gControl: 'it is about what would be obeyed; no message asks for it',
  photographs: 'the back office alone keeps them',
};

/** A message as lines of the kind `event/1 body.loads[].measuredA=6.1`. */
function linesOf(object: JsonObject): readonly string[] {
  const kind = String(object.schema).replace('loadgate.', '');
  return flatten(object, '').map((line) => `${kind} ${line}`);
}

/** Of a purpose that stands in these messages. */
export function tracesIn(purpose: TracedPurpose, objects: readonly JsonObject[]): readonly string[] {
  const { shown, rare = {} }: Traces = TRACES[purpose];
  const lines = objects.flatMap(linesOf);
  return Object.entries({ ...shown, ...rare }).flatMap(([what, pattern]) =>
    lines.some((line) => pattern.test(line)) ? [what] : [],
  );
}

function flatten(value: Json, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${path}=${value}`];
  if (Array.isArray(value)) {
    return value.length === 0 ? [`${path}=[]`] : value.flatMap((item) => flatten(item, `${path}[]`));
  }
  return Object.entries(value).flatMap(([name, inner]) =>
    flatten(inner, path === '' ? name : `${path}.${name}`),
  );
}
