import type { FaultCode } from '../../domain/faults.ts';
import type { IeeeAddress } from './ieeeAddress.ts';

export interface HanMessage {
  readonly address: IeeeAddress;
  readonly endpoint: number;
  readonly cluster: number;
  /** At most 99 octets. */
  readonly payload: Uint8Array;
}

/** ok: the device itself has acknowledged the message; what it makes of it is another matter. */
export type HanResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly fault: FaultCode; readonly detail: string };

export type HanRadioState = 'connecting' | 'ready' | 'closed';

export interface HanRadioStatistics {
  readonly sent: number;
  readonly acknowledged: number;
  readonly received: number;
  readonly badFrames: number;
  readonly strayOctets: number;
  readonly reconnects: number;
}

/** A radio on a home area network of which this box is the coordinator. Nothing here rejects. */
export interface HanRadio {
  state(): HanRadioState;
  /** A sentence while it is not ready; empty when it is. */
  whyNotReady(): string;
  send(message: HanMessage): Promise<HanResult>;
  /** Every message that devices send to this box, by the address of the device. Returns how to stop. */
  onMessage(listener: (message: HanMessage) => void): () => void;
  /** Lets devices join for so many seconds, at most 254; 0 closes the network. */
  permitJoin(seconds: number): Promise<HanResult>;
  statistics(): HanRadioStatistics;
  close(): Promise<void>;
}
