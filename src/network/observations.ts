import type { Now } from '../domain/instant.ts';
import type { Rung } from '../domain/network.ts';
import type {
  AddressSeen,
  BrokerPlace,
  ConnectOutcome,
  ConnectSeen,
  IdentitySeen,
  LinkSeen,
  NameOutcome,
  NamesSeen,
  RouterSeen,
  SessionSeen,
  TlsSeen,
} from '../ports/network.ts';
import { isAddress, isHomeAddress, isInNetwork, isLoopback, isPublicName } from './internetAddress.ts';

/** All that one climb has seen. What was not looked at is absent. */
export interface Observations {
  readonly now: Now;
  /** Absent: the gateway runs without a broker. */
  readonly broker?: BrokerPlace;
  readonly links: readonly LinkSeen[];
  readonly addresses: readonly AddressSeen[];
  readonly routers: readonly RouterSeen[];
  readonly names?: NamesSeen;
  /** Where the broker was tried. */
  readonly tried: readonly ConnectSeen[];
  /** Addresses of the broker at its last good connection. */
  readonly remembered: readonly string[];
  /** The server outside that the settings name. */
  readonly check?: ConnectSeen;
  readonly tls?: TlsSeen;
  readonly identity: IdentitySeen;
  readonly session?: SessionSeen;
  readonly tookMs: Readonly<Partial<Record<Rung, number>>>;
}

/** What follows from the observations as a whole, before any rung is judged. */
export interface Evidence {
  /** A session was given, now or before. */
  readonly isAccepted: boolean;
  /** The broker said something in MQTT. */
  readonly hasBrokerSpoken: boolean;
  /** The name of the broker leads into the home network although it is a public one, and no broker is there. */
  readonly isCaptive: boolean;
  readonly isOnBox: boolean;
  readonly isInHome: boolean;
  readonly isTcpConnected: boolean;
  /** Something at the addresses of the broker answered, if only with a refusal. */
  readonly hasBrokerAnswered: boolean;
  readonly hasOutsideAnswered: boolean;
  /** Something outside that needs no name was tried, and did not answer. */
  readonly isOutsideSilent: boolean;
}

export function weigh(seen: Observations): Evidence {
  const { session, tls, tried, check, names } = seen;
  const isAccepted = session?.kind === 'accepted';
  const hasBrokerSpoken = isAccepted || session?.kind === 'refused';
  const places = tried.map(({ address }) => address);
  const isCaptive =
    !hasBrokerSpoken && !isTrusted(tls) && leadsHome(seen.broker?.host ?? '', places, seen.remembered);
  const isLocal = (address: string): boolean =>
    isLoopback(address) || seen.addresses.some((own) => isInNetwork(address, own.address, own.prefixLength));
  const hasBrokerAnswered = tried.some(({ outcome }) => isAnswer(outcome));
  const isInHome = !isCaptive && places.length > 0 && places.every(isLocal);
  const outsideResolvers = (names?.resolvers ?? []).filter(
    ({ resolver }) => !isHomeAddress(resolver) && !isLocal(resolver),
  );
  const hasResolverAnswered = outsideResolvers.some(({ outcome }) => hasSpoken(outcome.kind));
  const hasOutsideAnswered =
    isAccepted ||
    (hasBrokerAnswered && !isCaptive) ||
    (check !== undefined && isAnswer(check.outcome)) ||
    (hasResolverAnswered && !isCaptive);
  // Where names work by the router alone, a broker that is down looks just the same.
  const isNameless = names !== undefined && names.system.kind !== 'addresses';
  const areTriedSilent = isNameless && places.length > 0;
  const areResolversSilent = outsideResolvers.length > 0 && places.length > 0;
  return {
    isAccepted,
    hasBrokerSpoken,
    isCaptive,
    isOnBox: isInHome && places.every(isLoopback),
    isInHome,
    isTcpConnected: tried.some(({ outcome }) => outcome.kind === 'connected'),
    hasBrokerAnswered,
    hasOutsideAnswered,
    isOutsideSilent: !hasOutsideAnswered && (check !== undefined || areTriedSilent || areResolversSilent),
  };
}

/** A resolver that answers is there, whatever it says. */
export function hasSpoken(kind: NameOutcome['kind']): boolean {
  return kind === 'addresses' || kind === 'noSuchName' || kind === 'refused';
}

function isAnswer({ kind }: ConnectOutcome): boolean {
  return kind === 'connected' || kind === 'refused';
}

function isTrusted(tls: TlsSeen | undefined): boolean {
  return tls?.kind === 'handshake' && tls.certificate.isForName && tls.certificate.chainProblem === undefined;
}

function leadsHome(host: string, places: readonly string[], remembered: readonly string[]): boolean {
  const isNew = places.every((place) => !remembered.includes(place));
  return isPublicName(host) && !isAddress(host) && places.length > 0 && isNew && places.every(isHomeAddress);
}
