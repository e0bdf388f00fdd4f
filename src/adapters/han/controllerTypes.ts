import type { RunningMs } from '../../domain/instant.ts';
import type { IeeeAddress } from './ieeeAddress.ts';

/** How one controller is commanded. */
export interface ControllerSettings {
  readonly relayChannel: number;
  readonly address: IeeeAddress;
  readonly endpoint: number;
  /** Bits of DEVICE_CLASS; the switch ignores an event that has none of its own. */
  readonly deviceClass: number;
  /** 1 to 15. */
  readonly criticality: number;
  /** 1 to 1440. Also the longest that a load stays off after the gateway has died. */
  readonly eventMinutes: number;
  readonly shedBy: 'dutyCycle' | 'averageLoad';
  /** Lets the switch close at a random instant of its own after a cancel. */
  readonly randomiseRelease: boolean;
}

/** For people; nothing of it is judged. */
export interface ControllerReport {
  readonly relayChannel: number;
  readonly commanded: 'open' | 'closed' | 'nothing';
  readonly confirmed: 'open' | 'closed' | 'unknown';
  /** One sentence. */
  readonly because: string;
  readonly issuerEventId?: number;
  readonly eventEndsAtMs?: RunningMs;
}
