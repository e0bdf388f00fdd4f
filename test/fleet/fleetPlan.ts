import type { DistributorId } from '../../src/domain/mpan.ts';
import { draw } from './draw.ts';

/** What a gateway does that it should not, once it is due. */
export type Trouble =
  /** Connects only after so long. */
  | { readonly kind: 'away'; readonly forMs: number }
  /** Its wall clock is wrong by so much, and it knows no better. */
  | { readonly kind: 'wrongClock'; readonly offsetMs: number }
  /** Loses its connection and the session at the broker, now and then. */
  | { readonly kind: 'losesSession'; readonly everyMs: number }
  /** Whatever it sends leaves so much later. */
  | { readonly kind: 'answersLate'; readonly byMs: number }
  /** Goes without a word so long after a notice has begun, and comes back, its record kept, after as long again. */
  | { readonly kind: 'dies'; readonly afterMs: number };

export type TroubleKind = Trouble['kind'];
export const TROUBLE_KINDS: readonly TroubleKind[] = [
  'away',
  'wrongClock',
  'losesSession',
  'answersLate',
  'dies',
];

export interface FleetOptions {
  readonly gateways: number;
  /** Feeders; all of them behind one substation. */
  readonly areas: number;
  readonly distributor: DistributorId;
  readonly seed: number;
  /** Shares from 0 to 1 of the gateways. */
  readonly neverAsked: number;
  readonly withdrawn: number;
  /** No car that charges. */
  readonly carAway: number;
  readonly troubles: Readonly<Partial<Record<TroubleKind, number>>>;
  /** Version of the text that those who agreed have agreed to. */
  readonly consentText: string;
  /** Between two telemetry messages of one gateway. */
  readonly telemetryMs: number;
  /** How much faster than real time the homes live. */
  readonly speed: number;
}

export const DEFAULT_FLEET: FleetOptions = {
  gateways: 250,
  areas: 1,
  distributor: '12',
  seed: 1,
  neverAsked: 0,
  withdrawn: 0,
  carAway: 0,
  troubles: {},
  consentText: 'restriction-1',
  telemetryMs: 60_000,
  speed: 1,
};

/** One light gateway and its home, all of it given by the seed. */
export interface GatewayPlan {
  readonly gatewayId: string;
  readonly areaId: string;
  readonly distributor: DistributorId;
  readonly supplierId: string;
  readonly consent: 'given' | 'never' | 'withdrawn';
  /** What its car draws when nothing holds it back; 0: it is away. */
  readonly carA: number;
  readonly trouble?: Trouble;
}

export const SUBSTATION = 'substation-1';

const SUPPLIERS = ['SUPA', 'SUPB', 'SUPC', 'SUPD'] as const;
const CARS_A = [16, 20, 25, 32] as const;

export function planFleet(options: FleetOptions): readonly GatewayPlan[] {
  return Array.from({ length: options.gateways }, (_, index) => planGateway(options, index));
}

/** Neighbours in number are neighbours in the street: the first gateways stand on the first feeder. */
export function planGateway(options: FleetOptions, index: number): GatewayPlan {
  const { seed, gateways, areas, neverAsked, withdrawn, carAway, distributor } = options;
  const gatewayId = `fleet-${String(index + 1).padStart(5, '0')}`;
  const area = Math.floor((index * areas) / gateways) + 1;
  // Exact shares rather than drawn ones: of 100 with a share of 0.03 there are 3.
  const place = placeOf(options, index, 'consent');
  const isWithin = (share: number): boolean => place < Math.round(share * gateways);
  const consent = isWithin(neverAsked) ? 'never' : isWithin(neverAsked + withdrawn) ? 'withdrawn' : 'given';
  const trouble = troubleOf(options, index);
  const isAway = placeOf(options, index, 'car') < Math.round(carAway * gateways);
  return {
    gatewayId,
    areaId: areaIdOf(area),
    distributor,
    supplierId: pick(SUPPLIERS, draw(seed, gatewayId, 'supplier')),
    consent,
    carA: isAway ? 0 : pick(CARS_A, draw(seed, gatewayId, 'car')),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** @param area from 1 */
export function areaIdOf(area: number): string {
  return `feeder-${String(area).padStart(4, '0')}`;
}

/** A shuffled place of this gateway among all, from 0, each place once. */
function placeOf({ seed, gateways }: FleetOptions, index: number, subject: string): number {
  const shift = Math.floor(draw(seed, subject) * gateways);
  const step = coprimeStep(gateways, draw(seed, subject, 'step'));
  return (index * step + shift) % gateways;
}

/** A stride that meets every place of a ring once before it comes back. */
function coprimeStep(size: number, share: number): number {
  let step = Math.max(1, Math.floor(size * (0.3 + 0.4 * share)));
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return step;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

function troubleOf(options: FleetOptions, index: number): Trouble | undefined {
  const place = placeOf(options, index, 'trouble');
  let upTo = 0;
  for (const kind of TROUBLE_KINDS) {
    upTo += options.troubles[kind] ?? 0;
    if (place < Math.round(upTo * options.gateways)) return troubleAt(kind, draw(options.seed, index, kind));
  }
  return undefined;
}

/** @param share from 0 to below 1, so that they do not all do it at once */
function troubleAt(kind: TroubleKind, share: number): Trouble {
  switch (kind) {
    case 'away':
      return { kind, forMs: 60_000 + share * 120_000 };
    case 'wrongClock':
      return { kind, offsetMs: (share < 0.5 ? -1 : 1) * 365 * 86_400_000 };
    case 'losesSession':
      return { kind, everyMs: 20_000 + share * 40_000 };
    case 'answersLate':
      return { kind, byMs: 5_000 + share * 25_000 };
    case 'dies':
      return { kind, afterMs: 5_000 + share * 20_000 };
  }
}

function pick<T>(choices: readonly [T, ...T[]] | readonly T[], share: number): T {
  return choices[Math.floor(share * choices.length)] as T;
}
