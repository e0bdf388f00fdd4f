import type { SetAside } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { GatewayRecord } from './rules.ts';

/** A message that was not believed. */
export interface SetAsideMessage {
  readonly atUtcMs: UtcMs;
  readonly topic: string;
  readonly gatewayId?: string;
  readonly cause: string;
  readonly payload: string;
  /** It may be good: only the key of its gateway is not known yet. Tried again once it is. */
  readonly isWaitingForKey: boolean;
}

/** Where the registry is kept. Every call is one transaction, or a part of the one that is open. */
export interface RegistryStore {
  gateways(): readonly GatewayRecord[];
  saveGateways(records: readonly GatewayRecord[]): void;
  /** Keeps the newest 10,000. */
  setAside(messages: readonly SetAsideMessage[]): void;
  setAsideCount(): number;
  newestSetAside(limit: number): SetAside['messages'];
  /** Takes out what waited for the key of this gateway, oldest first. */
  takeWaitingForKey(gatewayId: string): readonly SetAsideMessage[];
}
