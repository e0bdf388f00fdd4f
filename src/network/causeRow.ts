import type { Responsible, Rung, RungState } from '../domain/network.ts';

/** What a rung can be found to be, in words. */
export interface CauseRow {
  readonly rung: Rung;
  readonly state: Exclude<RungState, 'notReached'>;
  /** For the household, without the words of the trade. */
  readonly sentence: string;
  readonly forEngineer: string;
  /** With whose job it is; absent where there is nothing to do. */
  readonly nextStep?: string;
  readonly responsible?: Responsible;
}

/** The first thing that anybody can do in the house. */
export const RESTART_ROUTER =
  'Switch the router off and on again and wait five minutes; if other devices have no Internet either, call the broadband provider';

export const ASK_BACK_OFFICE = 'Nothing to do in the house; the back office looks after its broker';
