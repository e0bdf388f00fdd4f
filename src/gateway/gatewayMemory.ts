import { EMPTY_MEMORY, type Memory } from '../core/memory.ts';
import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { StoreCondition } from '../ports/store.ts';

/** The slot for a curtailment and the ids that were seen, so that a repetition changes nothing. */
export interface CurtailmentSlot {
  readonly limit?: Limit;
  readonly id?: string;
  readonly knownIds: readonly string[];
}

/** Why every load is kept in its safe posture although the devices answer, and until when at most. */
export interface Distrust {
  readonly code: FaultCode;
  readonly subject: string;
  readonly untilMs: RunningMs;
}

/** What one record carries over a kill, beside the journal and the outbox. Plain JSON data. */
export interface GatewayMemory {
  readonly version: 1;
  readonly core: Memory;
  readonly curtailment: CurtailmentSlot;
  readonly distrust?: Distrust;
}

/**
 * A record that was lost may have held a limit from outside. The longest is accepted for 24 hours and may begin
 * 24 hours ahead; after that, and the longest random offset, none can be in force.
 */
const LONGEST_FORGOTTEN_MS = 48.5 * 3_600_000;

const NOTHING: GatewayMemory = { version: 1, core: EMPTY_MEMORY, curtailment: { knownIds: [] } };

/** The memory to begin with. What cannot be known any more is answered with distrust, never with freedom. */
export function memoryAtStart(condition: StoreCondition, nowMs: RunningMs): GatewayMemory {
  const untilMs = nowMs + LONGEST_FORGOTTEN_MS;
  switch (condition.kind) {
    case 'fresh':
      return NOTHING;
    case 'restored':
      return isGatewayMemory(condition.state.memory)
        ? condition.state.memory
        : { ...NOTHING, distrust: { code: 'store-set-aside', subject: 'memory', untilMs } };
    case 'damaged':
      return { ...NOTHING, distrust: { code: 'store-set-aside', subject: condition.setAsidePath, untilMs } };
    case 'unavailable':
      return { ...NOTHING, distrust: { code: 'store-failed', subject: 'store', untilMs } };
  }
}

function isGatewayMemory(value: unknown): value is GatewayMemory {
  if (typeof value !== 'object' || value === null) return false;
  return 'version' in value && value.version === 1 && 'core' in value && 'curtailment' in value;
}
