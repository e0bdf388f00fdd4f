import type { CommandEffect } from '../domain/command.ts';
import type { FaultCode } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { PhaseCount } from '../domain/phase.ts';
import type { DeviceReadings } from '../domain/point.ts';

export type DeviceAction =
  | { readonly kind: 'setChargeCurrent'; readonly currentA: number }
  | { readonly kind: 'setSwitch'; readonly relayChannel: number; readonly position: 'open' | 'closed' }
  /** Without powerW the limit is taken away and the device left as it was found. */
  | { readonly kind: 'setPowerLimit'; readonly powerW?: number }
  /** On its own L1 alone, or on all three; only ever asked of one that is paused. Never said twice by itself. */
  | { readonly kind: 'setPhases'; readonly phases: PhaseCount };

/** What the device must do by itself when the gateway falls silent. */
export interface FallbackSettings {
  readonly currentA: number;
  readonly timeoutMs: number;
}

export type ActionResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly fault: FaultCode; readonly detail: string };

/** What the profile promises about the device, for the gateway's own timing. */
export interface DeviceTraits {
  /** An applied action must be applied again this often or the device lets it lapse; absent: it holds. */
  readonly refreshEveryMs?: number;
  /** Least time between two widening writes (the maker's pace, or wear). */
  readonly writeSpacingMs: number;
  /** A new gateway must say again what the one before it said, or it is not kept (a switch behind a radio). */
  readonly isToldAfterRestart?: true;
  /** The least step of a set-point that the device can tell apart. */
  readonly setpointStepA: number;
}

/** How often one register was written since the start, and what is left of its wear budget. */
export interface RegisterWrites {
  readonly functionCode: number;
  readonly address: number;
  readonly writes: number;
  /** For a register that wears: writes of the day, and how many a day are allowed. */
  readonly wear?: { readonly writesInDay: number; readonly dailyBudget: number };
}

/** What the auditor knows of the device's own guard against a dead gateway. */
export type FallbackAudit =
  /** The profile has nothing that could be set or checked. */
  | { readonly state: 'none' }
  | { readonly state: 'notYetVerified' }
  | { readonly state: 'verified'; readonly atMs: RunningMs; readonly settings: FallbackSettings }
  | { readonly state: 'failed'; readonly atMs: RunningMs; readonly detail: string };

/** For the people who look after devices; nothing of it is judged. */
export interface DeviceReport {
  readonly deviceId: string;
  readonly profile: string;
  readonly contact: 'notYet' | 'answering' | 'glitch' | 'lost';
  /** While it does not answer. */
  readonly fault?: FaultCode;
  /** Why nothing of the device is used although it answers; a sentence with what to do. */
  readonly unfit?: string;
  /** Sentences about what nobody could see otherwise, such as a boost at a load switch. */
  readonly remarks?: readonly string[];
  /** Times that contact began anew. */
  readonly contacts: number;
  readonly fallback: FallbackAudit;
  /** Times that the settings were found changed and were written again. */
  readonly drifts: number;
  readonly writes: readonly RegisterWrites[];
}

/** A device of the site plan as the gateway sees it. Nothing here rejects: failures are values. */
export interface Device {
  readonly deviceId: string;
  readonly traits: DeviceTraits;
  /**
   * Reads what is due now by the profile's cadence and returns the latest of every point.
   * Points that could not be read are unknown with their fault.
   */
  poll(): Promise<DeviceReadings>;
  apply(action: DeviceAction, effect: CommandEffect): Promise<ActionResult>;
  /** Writes and reads back the fall-back settings. Also done on every reconnect. */
  secureFallback(settings: FallbackSettings): Promise<ActionResult>;
  /** At the end of each finished cycle: feeds what the device wants to be fed by hand, when it is due. */
  keepAlive(): void;
  report(): DeviceReport;
  close(): Promise<void>;
}
