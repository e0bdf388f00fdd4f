import type { Ladder, Rung } from '../domain/network.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  BrokerPlace,
  ConnectSeen,
  NamesSeen,
  NetworkProbe,
  SessionProbe,
  TlsSeen,
} from '../ports/network.ts';
import { isAddress } from './internetAddress.ts';
import { judgeLadder } from './judgeLadder.ts';

export interface LadderParts {
  /** Absent: the gateway runs without a broker; only the rungs inside the house are looked at. */
  readonly broker?: BrokerPlace;
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
  #remembered: readonly string[] = [];

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
    const { broker, probe } = this.#parts;
    if (broker === undefined || isAddress(broker.host)) return;
    const { system } = await probe.names(broker.host, LADDER_LIMITS_MS.names);
    if (system.kind === 'addresses') this.#remembered = system.addresses.slice(0, MOST_ADDRESSES);
  }

  async #climb(): Promise<Ladder> {
    const { broker, checkAddress, probe, clock } = this.#parts;
    const startedMs = clock.runningMs();
    const budget = new Budget(clock, startedMs + LADDER_LIMITS_MS.whole);
    const tookMs: Partial<Record<Rung, number>> = {};
    const timed = async <T>(rung: Rung, look: () => T | Promise<T>): Promise<T> => {
      const fromMs = clock.runningMs();
      const found = await look();
      tookMs[rung] = Math.round(clock.runningMs() - fromMs);
      return found;
    };
    const links = await timed('link', () => probe.links());
    const addresses = await timed('address', () => probe.addresses());
    const identity = await timed('identity', () => probe.identity());
    const isNamed = broker !== undefined && !isAddress(broker.host);
    const [routers, names] = await Promise.all([
      timed('router', () => probe.routers(budget.upTo(LADDER_LIMITS_MS.routers))),
      isNamed
        ? timed('dns', () => probe.names(broker.host, budget.upTo(LADDER_LIMITS_MS.names)))
        : Promise.resolve(undefined),
    ]);
    const [tried, check] = await Promise.all([
      timed('brokerTcp', () => this.#tryBroker(names, budget.upTo(LADDER_LIMITS_MS.connect))),
      checkAddress === undefined
        ? Promise.resolve(undefined)
        : timed('wan', () =>
            probe.connect(checkAddress.host, checkAddress.port, budget.upTo(LADDER_LIMITS_MS.connect)),
          ),
    ]);
    const open = tried.find(({ outcome }) => outcome.kind === 'connected')?.address;
    const tls = await timed('tls', () => this.#tryTls(open, budget.upTo(LADDER_LIMITS_MS.tls)));
    const session =
      broker === undefined
        ? undefined
        : await timed('session', () =>
            this.#parts.session.session(open, budget.upTo(LADDER_LIMITS_MS.session)),
          );
    if (session?.kind === 'accepted') {
      if (session.roundTripMs !== undefined) tookMs.roundTrip = session.roundTripMs;
      if (names?.system.kind === 'addresses')
        this.#remembered = names.system.addresses.slice(0, MOST_ADDRESSES);
    }
    const seen = { now: clock.now(), links, addresses, routers, tried, identity, tookMs };
    return judgeLadder(
      {
        ...seen,
        remembered: this.#remembered,
        ...(broker === undefined ? {} : { broker }),
        ...(names === undefined ? {} : { names }),
        ...(check === undefined ? {} : { check }),
        ...(tls === undefined ? {} : { tls }),
        ...(session === undefined ? {} : { session }),
      },
      Math.round(clock.runningMs() - startedMs),
    );
  }

  /** At every address of the broker at once; where it was last found, when its name cannot be looked up. */
  #tryBroker(names: NamesSeen | undefined, withinMs: number): Promise<readonly ConnectSeen[]> {
    const { broker, probe } = this.#parts;
    if (broker === undefined) return Promise.resolve([]);
    const resolved = names?.system.kind === 'addresses' ? names.system.addresses : this.#remembered;
    const places = names === undefined ? [broker.host] : resolved.slice(0, MOST_ADDRESSES);
    return Promise.all(places.map((address) => probe.connect(address, broker.port, withinMs)));
  }

  async #tryTls(address: string | undefined, withinMs: number): Promise<TlsSeen | undefined> {
    const { broker, probe } = this.#parts;
    if (broker?.isEncrypted !== true || address === undefined) return undefined;
    return await probe.tls(broker, address, withinMs);
  }
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
