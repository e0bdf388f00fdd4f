import type { FaultCode } from './faults.ts';
import type { Direction, LimitBasis, LimitSource } from './limit.ts';
import type { Phase } from './phase.ts';

/** Why a load is where it is: a limit that binds or a fault. The same value becomes log line, status and answer. */
export type Reason =
  | {
      readonly kind: 'limit';
      readonly limitId: string;
      readonly source: LimitSource;
      readonly circuitId: string;
      readonly direction: Direction;
      readonly basis: LimitBasis;
      readonly ceiling: number;
      readonly phase?: Phase;
      /** The flow that was seen when it bit, in the unit of the basis, import positive. */
      readonly observed?: number;
      /** In the words of the limit's source. */
      readonly text: string;
    }
  | {
      readonly kind: 'fault';
      readonly code: FaultCode;
      /** The device, meter or part that is meant. */
      readonly subject: string;
    };
