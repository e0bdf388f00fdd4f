import type { NetworkChange } from '../domain/network.ts';

/** One network interface, loopback left out. */
export interface LinkSeen {
  readonly name: string;
  /** It has hardware of its own: no bridge, tunnel or container. */
  readonly isPhysical: boolean;
  readonly isWireless: boolean;
  /** Switched on by the system. */
  readonly isUp: boolean;
  /** A cable with somebody at its other end, or a joined Wi-Fi. Absent: it does not say. */
  readonly hasCarrier?: boolean;
}

export interface AddressSeen {
  readonly interface: string;
  readonly address: string;
  readonly family: 4 | 6;
  readonly prefixLength: number;
  /** Given to itself, of use on this wire alone: 169.254.0.0/16 (RFC 3927), fe80::/10 (RFC 4291). */
  readonly isLinkLocal: boolean;
  /** Handed out by DHCP, as far as a lease is found. */
  readonly isLease: boolean;
}

/** A default route and whether the router behind it is there. */
export interface RouterSeen {
  readonly interface: string;
  readonly family: 4 | 6;
  /** Absent on a line with only one other end. */
  readonly router?: string;
  readonly answer: 'answers' | 'silent' | 'notTried' | 'cannotBeTold';
}

export type NameOutcome =
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** The resolver says so. */
  | { readonly kind: 'noSuchName' }
  /** It answers, but not to the question (SERVFAIL, REFUSED and the like). */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed'; readonly detail: string };

export interface ResolverSeen {
  /** Its address. */
  readonly resolver: string;
  readonly outcome: NameOutcome;
  readonly tookMs: number;
}

export interface NamesSeen {
  /** As any program of this box resolves it. */
  readonly system: NameOutcome;
  /** Each of the resolvers by itself. */
  readonly resolvers: readonly ResolverSeen[];
}

export type ConnectOutcome =
  | { readonly kind: 'connected' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'unreachable'; readonly code: string };

export interface ConnectSeen {
  readonly address: string;
  readonly port: number;
  readonly outcome: ConnectOutcome;
  readonly tookMs: number;
}

export interface ServerCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** The names it is good for. */
  readonly names: string;
  readonly isForName: boolean;
  readonly fromUtcMs: number;
  readonly untilUtcMs: number;
  /** Why its chain is not trusted (code of OpenSSL), dates and name left aside. */
  readonly chainProblem?: string;
}

export type TlsSeen =
  | {
      readonly kind: 'handshake';
      readonly protocol: string;
      readonly certificate: ServerCertificate;
      /** What the other side said against the certificate of this gateway right after it (code of OpenSSL). */
      readonly alert?: string;
    }
  /** Something answered, but not in TLS; its first words. */
  | { readonly kind: 'otherAnswer'; readonly words: string }
  /** The other side broke off with an alert, or this one found no common ground. */
  | { readonly kind: 'brokenOff'; readonly code: string; readonly detail: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent' }
  /** A file that is needed for it cannot be read. */
  | { readonly kind: 'noAuthority'; readonly detail: string };

export type IdentitySeen =
  | { readonly kind: 'none' }
  | { readonly kind: 'unusable'; readonly detail: string }
  | { readonly kind: 'keyDiffers'; readonly subject: string }
  | {
      readonly kind: 'usable';
      readonly subject: string;
      readonly fromUtcMs: number;
      readonly untilUtcMs: number;
    };

export type SessionSeen =
  | {
      readonly kind: 'accepted';
      /** The gateway's own session that stood already; else one was made for the purpose. */
      readonly isStanding: boolean;
      /** Of a ping; absent: no answer in time. */
      readonly roundTripMs?: number;
    }
  /** Reason code of the CONNACK. */
  | { readonly kind: 'refused'; readonly reasonCode: number }
  /** The connection failed below MQTT or was cut; code of Node.js or OpenSSL where there is one. */
  | { readonly kind: 'failed'; readonly code?: string; readonly detail: string }
  /** No CONNACK in time. */
  | { readonly kind: 'silent' };

/** Where the broker is to be found. */
export interface BrokerPlace {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  /** As the settings write it; absent where nobody has to find it again by that. */
  readonly url?: string;
  /** MQTT over WebSocket. */
  readonly isWebSocket?: boolean;
}

/**
 * Looks at the way to the broker, outbound alone; nothing is changed anywhere. Nothing here rejects, and each look is
 * over after withinMs.
 */
export interface NetworkProbe {
  links(): readonly LinkSeen[];
  addresses(): readonly AddressSeen[];
  routers(withinMs: number): Promise<readonly RouterSeen[]>;
  names(host: string, withinMs: number): Promise<NamesSeen>;
  connect(address: string, port: number, withinMs: number): Promise<ConnectSeen>;
  /** @param address where to; the certificate is held against the host of the place */
  tls(place: BrokerPlace, address: string, withinMs: number): Promise<TlsSeen>;
  identity(): IdentitySeen;
}

/** Asks the broker for a session, in a manner that never takes one over. Does not reject. */
export interface SessionProbe {
  /**
   * A session that stands is asked itself. Otherwise one is tried at the address that answered; nothing is known, and
   * nothing tried, without one.
   * @param place that the address belongs to; absent: where the connection is tried next
   */
  session(
    address: string | undefined,
    withinMs: number,
    place?: BrokerPlace,
  ): Promise<SessionSeen | undefined>;
}

/** Changes of the lowest broken rung, newest last; bounded. */
export interface NetworkHistory {
  /** @returns false when it could not be kept */
  addNetworkChange(change: NetworkChange): boolean;
  networkChanges(): readonly NetworkChange[];
}
