import type { Ladder, Rung } from '../domain/network.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  BrokerPlace,
  ConnectSeen,
  NamesSeen,
  NetworkProbe,
  SessionProbe,
  SessionSeen,
  TlsSeen,
} from '../ports/network.ts';
import { isAddress } from './internetAddress.ts';
import { judgeLadder } from './judgeLadder.ts';

export interface LadderParts {
  /**
   * Where the broker may be found, in the order in which the gateway tries it now. Absent or none: the gateway runs without
   * a broker; only the rungs inside the house are looked at.
   */
  readonly brokers?: () => readonly BrokerPlace[];
  /** A server outside that shows whether the broadband works. Absent: nobody but the broker is contacted. */
  readonly checkAddress?: { readonly host: string; readonly port: number };
  readonly probe: NetworkProbe;
  readonly session: SessionProbe;
  readonly clock: Clock;
}

/** The whole ladder, and the longest of each look; those on one line run side by side. */
export const LADDER_LIMITS_MS = {
  whole: 20_000,
  routers: 1_500,
  names: 4_000,
  connect: 4_000,
  tls: 4_000,
  session: 6_000,
} as const;

/** A name may have many; a look at more tells no more. */
const MOST_ADDRESSES = 8;

/** Climbs the ladder: looks at each rung as far as the ones below allow, and has it judged. */
export class LadderClimber {
  readonly #parts: LadderParts;
  #underWay: Promise<Ladder> | undefined;
  /** By the host of the place. */
  readonly #remembered = new Map<string, readonly string[]>();

  constructor(parts: LadderParts) {
    this.#parts = parts;
  }

  /** Whoever asks while a climb is under way gets its outcome. Does not reject. */
  climb(): Promise<Ladder> {
    this.#underWay ??= this.#climb().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** While the connection stands: where the broker is, for the day on which its name cannot be looked up. */
  async rememberAddresses(): Promise<void> {
    const { brokers, probe } = this.#parts;
    const named = (brokers?.() ?? []).filter(({ host }) => !isAddress(host));
    await Promise.all(
      named.map(async ({ host }) => this.#remember(host, await probe.names(host, LADDER_LIMITS_MS.names))),
    );
  }

  async #climb(): Promise<Ladder> {
    const { brokers, checkAddress, probe, clock } = this.#parts;
    const startedMs = clock.runningMs();
    const budget = new Budget(clock, startedMs + LADDER_LIMITS_MS.whole);
    const tookMs: Partial<Record<Rung, number>> = {};
    const timed = async <T>(rung: Rung, look: () => T | Promise<T>): Promise<T> => {
      const fromMs = clock.runningMs();
      const found = await look();
      tookMs[rung] = Math.round(clock.runningMs() - fromMs);
      return found;
    };
    const places = brokers?.() ?? [];
    const links = await timed('link', () => probe.links());
    const addresses = await timed('address', () => probe.addresses());
    const identity = await timed('identity', () => probe.identity());
    const [routers, resolved] = await Promise.all([
      timed('router', () => probe.routers(budget.upTo(LADDER_LIMITS_MS.routers))),
      places.every(({ host }) => isAddress(host))
        ? places.map((place): Resolved => ({ place }))
        : timed('dns', () => this.#resolve(places, budget.upTo(LADDER_LIMITS_MS.names))),
    ]);
    const [tried, check] = await Promise.all([
      timed('brokerTcp', () => this.#tryAll(resolved, budget.upTo(LADDER_LIMITS_MS.connect))),
      checkAddress === undefined
        ? Promise.resolve(undefined)
        : timed('wan', () =>
            probe.connect(checkAddress.host, checkAddress.port, budget.upTo(LADDER_LIMITS_MS.connect)),
          ),
    ]);
    const approach = await this.#approach(tried, budget, timed);
    if (approach?.session?.kind === 'accepted') {
      if (approach.session.roundTripMs !== undefined) tookMs.roundTrip = approach.session.roundTripMs;
      if (approach.names !== undefined) this.#remember(approach.place.host, approach.names);
    }
    const broker = approach?.place;
    return judgeLadder(
      {
        ...{ now: clock.now(), links, addresses, routers, identity, tookMs },
        tried: approach?.tried ?? [],
        remembered: this.#remembered.get(broker?.host ?? '') ?? [],
        ...(broker === undefined ? {} : { broker }),
        ...(approach?.names === undefined ? {} : { names: approach.names }),
        ...(check === undefined ? {} : { check }),
        ...(approach?.tls === undefined ? {} : { tls: approach.tls }),
        ...(approach?.session === undefined ? {} : { session: approach.session }),
      },
      Math.round(clock.runningMs() - startedMs),
    );
  }

  #remember(host: string, { system }: NamesSeen): void {
    if (system.kind === 'addresses') this.#remembered.set(host, system.addresses.slice(0, MOST_ADDRESSES));
  }

  #resolve(places: readonly BrokerPlace[], withinMs: number): Promise<readonly Resolved[]> {
    // Two places may share a host, as a broker with a second port does.
    const asked = new Map<string, Promise<NamesSeen>>();
    const namesOf = (host: string): Promise<NamesSeen> => {
      const names = asked.get(host) ?? this.#parts.probe.names(host, withinMs);
      asked.set(host, names);
      return names;
    };
    return Promise.all(
      places.map(async (place) =>
        isAddress(place.host) ? { place } : { place, names: await namesOf(place.host) },
      ),
    );
  }

  /** At every address of every place at once; where it was last found, when its name cannot be looked up. */
  #tryAll(resolved: readonly Resolved[], withinMs: number): Promise<readonly Tried[]> {
    const { probe } = this.#parts;
    return Promise.all(
      resolved.map(async ({ place, names }) => {
        const found =
          names?.system.kind === 'addresses' ? names.system.addresses : this.#remembered.get(place.host);
        const addresses = names === undefined ? [place.host] : (found ?? []).slice(0, MOST_ADDRESSES);
        const tried = await Promise.all(
          addresses.map((address) => probe.connect(address, place.port, withinMs)),
        );
        return { place, tried, ...(names === undefined ? {} : { names }) };
      }),
    );
  }

  /**
   * As far up as the places let it: the first that gives a session, else the first that could be connected to, else the
   * first that at least refused, else the first.
   */
  async #approach(tried: readonly Tried[], budget: Budget, timed: Timed): Promise<Approach | undefined> {
    const open = tried.filter((each) => hasOutcome(each, 'connected'));
    const best = tried.find((each) => hasOutcome(each, 'refused')) ?? tried[0];
    const candidates = open.length > 0 ? open : best === undefined ? [] : [best];
    let first: Approach | undefined;
    for (const each of candidates) {
      if (first !== undefined && budget.upTo(LADDER_LIMITS_MS.tls) === 0) break;
      const { place } = each;
      const address = each.tried.find(({ outcome }) => outcome.kind === 'connected')?.address;
      const tls = await timed('tls', () => this.#tryTls(place, address, budget.upTo(LADDER_LIMITS_MS.tls)));
      const session = await timed('session', () =>
        this.#parts.session.session(address, budget.upTo(LADDER_LIMITS_MS.session), place),
      );
      const approach = {
        ...each,
        ...(tls === undefined ? {} : { tls }),
        ...(session === undefined ? {} : { session }),
      };
      if (session?.kind === 'accepted') return approach;
      first ??= approach;
    }
    return first;
  }

  async #tryTls(
    place: BrokerPlace,
    address: string | undefined,
    withinMs: number,
  ): Promise<TlsSeen | undefined> {
    if (!place.isEncrypted || address === undefined) return undefined;
    return await this.#parts.probe.tls(place, address, withinMs);
  }
}

type Timed = <T>(rung: Rung, look: () => T | Promise<T>) => Promise<T>;

interface Resolved {
  readonly place: BrokerPlace;
  readonly names?: NamesSeen;
}

interface Tried extends Resolved {
  readonly tried: readonly ConnectSeen[];
}

interface Approach extends Tried {
  readonly tls?: TlsSeen;
  readonly session?: SessionSeen;
}

function hasOutcome({ tried }: Tried, kind: ConnectSeen['outcome']['kind']): boolean {
  return tried.some(({ outcome }) => outcome.kind === kind);
}

/** What is left of the time for the whole. */
class Budget {
  readonly #clock: Clock;
  readonly #untilMs: number;

  constructor(clock: Clock, untilMs: number) {
    this.#clock = clock;
    this.#untilMs = untilMs;
  }

  upTo(limitMs: number): number {
    return Math.max(0, Math.min(limitMs, this.#untilMs - this.#clock.runningMs()));
  }
}
