import type { PartyContact } from '../core/controllingParty.ts';
import { schemesAfterRestart } from '../core/limitationScheme.ts';
import { EMPTY_MEMORY, type Memory } from '../core/memory.ts';
import { restrictionsAfterRestart } from '../core/restrictions/life.ts';
import { NO_RESTRICTIONS, type RestrictionMemory } from '../core/restrictions/memory.ts';
import type { ConsentEntry } from '../domain/consent.ts';
import type { FaultCode } from '../domain/faults.ts';
import type { Now, RunningMs, UtcMs } from '../domain/instant.ts';
import type { TrustBundle } from '../domain/trustBundle.ts';
import type { StoreCondition } from '../ports/store.ts';
import type { ConsentStanding } from './consentKeeper.ts';
import { type ControlSlot, EMPTY_SLOT } from './controlSlot.ts';
import { NOTHING_CHOSEN, type OwnerSettings } from './ownerSettings.ts';

/** Why every load is kept in its safe posture although the devices answer, and until when at most. */
export interface Distrust {
  readonly code: FaultCode;
  readonly subject: string;
  readonly untilMs: RunningMs;
}

/** What one record carries over a kill, beside the journal and the outbox. Plain JSON data. */
export interface GatewayMemory {
  readonly version: 2;
  readonly core: Memory;
  readonly control: ControlSlot;
  readonly owner: OwnerSettings;
  readonly party: PartyContact;
  readonly restrictions: RestrictionMemory;
  /** What the household agreed to; it only grows. */
  readonly consent: readonly ConsentEntry[];
  readonly consentStanding: ConsentStanding;
  /** Whose commands are obeyed, as it was signed; absent: nothing came yet. */
  readonly trust?: { readonly bundle: TrustBundle; readonly jws: string };
  readonly distrust?: Distrust;
  /** Present when it came out of a backup once. Absent instant: no clock has told since when it was put back. */
  readonly restoration?: { readonly atUtcMs?: UtcMs };
}

/**
 * A record that was lost may have held a limit from outside. The longest is accepted for 24 hours and may begin
 * 24 hours ahead; after that, and the longest random offset, none can be in force.
 */
const LONGEST_FORGOTTEN_MS = 48.5 * 3_600_000;

const NOTHING: GatewayMemory = {
  version: 2,
  core: EMPTY_MEMORY,
  control: EMPTY_SLOT,
  owner: NOTHING_CHOSEN,
  party: {},
  restrictions: NO_RESTRICTIONS,
  consent: [],
  consentStanding: { covered: [], unacknowledged: [] },
};

/** The memory to begin with. What cannot be known any more is answered with distrust, never with freedom. */
export function memoryAtStart(condition: StoreCondition, nowMs: RunningMs): GatewayMemory {
  const untilMs = nowMs + LONGEST_FORGOTTEN_MS;
  switch (condition.kind) {
    case 'fresh':
      return NOTHING;
    case 'restored':
      return isGatewayMemory(condition.state.memory)
        ? afterRestart(condition.state.memory)
        : { ...NOTHING, distrust: { code: 'store-set-aside', subject: 'memory', untilMs } };
    case 'fromBackup':
      return isGatewayMemory(condition.state.memory)
        ? {
            ...afterRestore(condition.state.memory),
            distrust: { code: 'store-from-backup', subject: 'memory', untilMs },
          }
        : { ...NOTHING, distrust: { code: 'store-set-aside', subject: 'memory', untilMs } };
    case 'damaged':
      return { ...NOTHING, distrust: { code: 'store-set-aside', subject: condition.setAsidePath, untilMs } };
    case 'unavailable':
      return { ...NOTHING, distrust: { code: 'store-failed', subject: 'store', untilMs } };
  }
}

/** What was seen only while it ran is seen anew; parts that an older gateway did not keep begin empty. */
function afterRestart(memory: GatewayMemory): GatewayMemory {
  const core: Memory = { ...EMPTY_MEMORY, ...memory.core };
  const restrictions = restrictionsAfterRestart(memory.restrictions ?? NO_RESTRICTIONS);
  return {
    ...NOTHING,
    ...memory,
    // Of a memory that says nothing of it nobody knows what waits.
    consentStanding: memory.consentStanding ?? { unacknowledged: [] },
    restrictions,
    core: { ...core, schemes: schemesAfterRestart(core.schemes) },
  };
}

/**
 * An old memory, of which nobody knows what has become since. What limits goes on, for as long as it had left; what rests on
 * somebody having agreed waits until that is said again; nothing that was issued before now releases anything.
 */
function afterRestore(memory: GatewayMemory): GatewayMemory {
  const { restrictions, consent, consentStanding, ...rest } = afterRestart(memory);
  // No time is taken off what was left of a restriction: the clock of the life before is not that of the backup.
  const { lifeBefore: _, ...kept } = restrictions;
  return {
    ...rest,
    restrictions: kept,
    consent: consent.map((entry) => (entry.action === 'given' ? { ...entry, isUnconfirmed: true } : entry)),
    // Nobody has withdrawn anything: restrictions and curtailments that hold are not ended by it.
    consentStanding: { ...consentStanding, covered: [] },
    restoration: {},
  };
}

/** Notes when it was put back, as soon as a clock tells. */
export function withRestorationTimed(memory: GatewayMemory, now: Now): GatewayMemory {
  const { restoration } = memory;
  if (restoration === undefined || restoration.atUtcMs !== undefined || now.clockLevel !== 'synced') {
    return memory;
  }
  return { ...memory, restoration: { atUtcMs: now.utcMs } };
}

/** Whatever releases something counts only when it was issued after this: before it may lie what was taken back since. */
export function releasesSinceOf({ restoration }: GatewayMemory): UtcMs {
  if (restoration === undefined) return Number.NEGATIVE_INFINITY;
  return restoration.atUtcMs ?? Number.POSITIVE_INFINITY;
}

function isGatewayMemory(value: unknown): value is GatewayMemory {
  if (typeof value !== 'object' || value === null) return false;
  return 'version' in value && value.version === 2 && 'core' in value && 'control' in value;
}
