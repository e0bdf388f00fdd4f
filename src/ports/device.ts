import type { CommandEffect } from '../domain/command.ts';
import type { FaultCode } from '../domain/faults.ts';
import type { DeviceReadings } from '../domain/point.ts';

export type DeviceAction =
  | { readonly kind: 'setChargeCurrent'; readonly currentA: number }
  | { readonly kind: 'setSwitch'; readonly relayChannel: number; readonly position: 'open' | 'closed' };

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
  /** The least step of a set-point that the device can tell apart. */
  readonly setpointStepA: number;
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
  close(): Promise<void>;
}
