import type { Now } from '../domain/instant.ts';
import type { GatewayMemory } from './gatewayMemory.ts';

/** The memory of the gateway as those change it who speak for somebody outside: the next decision takes it as it then is. */
export interface Kept {
  readonly now: () => Now;
  readonly memory: () => GatewayMemory;
  readonly change: (part: Partial<GatewayMemory>) => void;
  /** Decides at once and records. @returns false when what was changed holds but is not on the disk */
  readonly record: () => boolean;
}

/** What holds already must be on the disk before the sender hears that it came. */
export function recordOrThrow({ record }: Kept, what: string): void {
  if (record()) return;
  throw new Error(`${what} holds but could not be recorded; it must be sent again`);
}
