import type { Direction } from './limit.ts';
import type { Rung } from './network.ts';
import type { Phase, PhaseCount } from './phase.ts';
import type { Reason } from './reason.ts';

/** What happened, in the past tense. Events go to the journal and, through the outbox, to the back office. */
export type DomainEvent =
  | { readonly kind: 'limitStarted'; readonly limitId: string; readonly reason: Reason }
  /** Its beginning waits for its random offset; what was in force until now goes on. */
  | { readonly kind: 'limitDelayed'; readonly limitId: string; readonly startsAtMs: number }
  | { readonly kind: 'limitEnded'; readonly limitId: string; readonly releasesAtMs: number }
  | { readonly kind: 'limitReleased'; readonly limitId: string }
  | {
      readonly kind: 'excursionStarted';
      readonly circuitId: string;
      readonly direction: Direction;
      readonly phase: Phase;
      readonly flowA: number;
      readonly ceilingA: number;
    }
  | {
      readonly kind: 'excursionEnded';
      readonly circuitId: string;
      readonly direction: Direction;
      readonly phase: Phase;
      readonly durationMs: number;
      readonly peakA: number;
    }
  | { readonly kind: 'faultRaised'; readonly code: string; readonly subject: string }
  | {
      readonly kind: 'faultCleared';
      readonly code: string;
      readonly subject: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'schemeStateChanged';
      readonly circuitId: string;
      readonly direction: Direction;
      readonly from: 1 | 2 | 3;
      readonly to: 1 | 2 | 3;
    }
  /** The controlling party was lost, has returned, or has been lost for as long as its fail-safe was agreed for. */
  | {
      readonly kind: 'partyStateChanged';
      readonly from: 'controlled' | 'failSafe' | 'autonomous';
      readonly to: 'controlled' | 'failSafe' | 'autonomous';
    }
  /** An excursion has become long enough to count; so many count now. */
  | {
      readonly kind: 'excursionCounted';
      readonly circuitId: string;
      readonly direction: Direction;
      readonly counted: number;
    }
  | {
      readonly kind: 'schemeReset' | 'schemeResetRefused';
      readonly circuitId: string;
      readonly direction: Direction;
      readonly by: 'householder' | 'engineer';
    }
  | { readonly kind: 'loadNarrowed'; readonly loadId: string; readonly to: string; readonly reason: Reason }
  | { readonly kind: 'loadWidened'; readonly loadId: string; readonly to: string; readonly reason: Reason }
  | {
      readonly kind: 'phasesSwitched';
      readonly loadId: string;
      readonly to: PhaseCount;
      readonly reason: Reason;
    }
  | {
      readonly kind: 'gatewayStarted';
      readonly gapMs?: number;
      readonly found: 'memory' | 'nothing' | 'damaged' | 'backup';
    }
  | { readonly kind: 'gatewayStopped'; readonly posture: string }
  /** id: of the message, where it has one and could be read. */
  | { readonly kind: 'controlRefused'; readonly topic: string; readonly cause: string; readonly id?: string }
  /** The distributor restricts this home; told to the household when it begins and when it ends. */
  | {
      readonly kind: 'restrictionStarted';
      readonly noticeId: string;
      readonly issuer: string;
      readonly untilUtcMs: number;
      readonly isRehearsal: boolean;
      /** One sentence for the household: who, why, until when, how to object. */
      readonly sentence: string;
    }
  | {
      readonly kind: 'restrictionEnded';
      readonly noticeId: string;
      readonly how: 'completed' | 'withdrawn' | 'cancelled' | 'superseded';
      readonly isRehearsal: boolean;
      readonly sentence: string;
    }
  | {
      readonly kind: 'consentChanged';
      readonly purpose: string;
      readonly action: 'given' | 'refused' | 'withdrawn';
      readonly textVersion: string;
    }
  /** Which keys may give commands has changed. */
  | { readonly kind: 'trustChanged'; readonly version: number }
  /** The lowest broken rung of the way to the back office has changed; absent: none. Nothing of the home network is told. */
  | { readonly kind: 'networkRungChanged'; readonly from?: Rung; readonly to?: Rung; readonly cause: string }
  /** The household wanted what is kept of its use erased; the decisions up to that record have lost their content. */
  | {
      readonly kind: 'dataErased';
      readonly why: 'household' | 'decommission';
      readonly throughRecord: number;
    };
