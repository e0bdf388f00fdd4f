import type { Now } from '../domain/instant.ts';

/** The connection point of the home; loads are `load.<loadId>`. */
export const CONNECTION = 'connection';

export function channelOfLoad(loadId: string): string {
  return `load.${loadId}`;
}

/** What is counted: the connection point, or a load that somebody measures. */
export interface Channel {
  readonly channelId: string;
  readonly kind: 'connection' | 'chargePoint' | 'switchedLoad' | 'switchedGenerator' | 'limitedGenerator';
  /** Most that can flow in either direction, W; a register that counts more than that was not read right. */
  readonly mostW: number;
}

/** A charge point that is followed, and the channels whose energy is that of its sessions. */
export interface ChargePoint {
  readonly loadId: string;
  readonly deviceId: string;
  /** Loads that give back from the car: generators on the same device. */
  readonly givingLoadIds: readonly string[];
}

/** What is counted at this home; from the site plan. */
export interface Metering {
  readonly channels: readonly Channel[];
  readonly chargePoints: readonly ChargePoint[];
}

/** A channel at one moment. Absent is a channel that is not there; zero is zero; unknown is a power that is missing. */
export interface ChannelReading {
  /** Import positive, export negative. Absent: not known now, for the cause. */
  readonly powerW?: number;
  /** Code of the fault; only where the power is not known. */
  readonly cause?: string;
  /** Registers of the meter, Wh; absent where it has none, or it could not be read. */
  readonly importRegisterWh?: number;
  readonly exportRegisterWh?: number;
}

export interface ChargeReading {
  /** Absent: the charge point does not tell, or not now. */
  readonly isPlugged?: boolean;
  /** The most on any phase, amps, taken or given back. Absent: not known now. */
  readonly currentA?: number;
}

/** One look at everything that is counted. */
export interface UsageSample {
  readonly now: Now;
  /** By channel id. */
  readonly channels: Readonly<Record<string, ChannelReading>>;
  /** By load id. */
  readonly chargePoints: Readonly<Record<string, ChargeReading>>;
}
