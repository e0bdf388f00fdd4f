import type { Fault } from '../../domain/faults.ts';
import type { Bus, MessageLabel } from '../../ports/bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ConnectionFailure } from './connectionSentence.ts';
import type { CredentialFiles } from './credentials.ts';

/** What the broker publishes, retained, when the connection is lost and has not come back for a while (MQTT 5). */
export interface LastWill {
  readonly topic: string;
  readonly payload: string;
  readonly label: MessageLabel;
}

export interface BusOptions {
  /** mqtt://host:port, mqtts://host:port or wss://host:port/path */
  readonly url: string;
  /** Tried in this order when the first one fails; the last good one comes first from then on. */
  readonly fallbackUrls?: readonly string[];
  /** The same in every life of the gateway: the broker keeps its session under it. */
  readonly clientId: string;
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  readonly username?: string;
  /** Asked, and its files read, at every attempt: what was renewed needs no restart. */
  readonly credentials: () => CredentialFiles;
  /** Close() publishes it too. Absent: nothing is. */
  readonly will?: LastWill;
  readonly clock: Clock;
  readonly log: Log;
  /** Pause before the next attempt after this many rounds of all addresses in a row have failed, from 1. */
  readonly reconnectDelayMs: (failures: number) => number;
  /**
   * True: a message that nobody is subscribed to counts as refused and stays in the outbox, where the broker says so
   * (MQTT 5, reason 16). False for a broker that hands messages on by other ways than subscriptions.
   */
  readonly requiresSubscriber: boolean;
  /** Silence after which the connection counts as dead is one and a half times this. Default 30. */
  readonly keepaliveS?: number;
  /** From a message, or the acknowledgement before its own; for large messages more. Default 20 000. */
  readonly acknowledgeTimeoutMs?: number;
  /** How many messages the broker may send before the first is acknowledged (MQTT 5). Default 8. */
  readonly receiveMaximum?: number;
}

export interface MqttBus extends Bus {
  /** How many messages are to be on their way at once: as the broker allows (receive maximum) and the line bears. */
  inFlightMaximum(): number;
  /**
   * Does not wait for the next attempt: one is made now, in the place of one under way. Resolves with its outcome, at once
   * while the connection stands.
   * @param url one of the addresses; absent: the one whose turn it is
   */
  attemptNow(url?: string): Promise<AttemptOutcome>;
  /**
   * Leaves the connection, and makes one attempt at once at the same address, with the credentials as they are by then. No
   * absence is announced meanwhile. When it fails, the next attempt is at the same address too, and asks for them again.
   */
  startAnew(): Promise<AttemptOutcome>;
  /** The addresses in the order in which they are tried; while the connection stands the one at which it does alone. */
  addresses(): readonly string[];
  /** For a field engineer: where the connection stands, and what is wrong with it and at each of the other addresses. */
  sentence(): string;
  /** What is wrong although the connection stands. */
  faults(): readonly Fault[];
  /** Asks the broker for a sign of life. @returns false when the connection ended first */
  ping(): Promise<boolean>;
}

export type AttemptOutcome =
  | { readonly isAccepted: true }
  /** Absent: closed without a reason. */
  | { readonly isAccepted: false; readonly failure: ConnectionFailure | undefined };
