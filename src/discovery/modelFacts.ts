import type { Profile } from '../profiles/profile.ts';

/** What a profile says of its model to the people who look after devices. */
export interface ModelFacts {
  readonly maker: string;
  readonly model: string;
  readonly kind: 'meter' | 'chargePoint' | 'relay' | 'inverter';
  /** False: it only measures or signals, and has nothing to fall to. */
  readonly isCommanded: boolean;
  readonly confidence: 'vendor doc' | 'two independent sources' | 'one source';
  readonly watchdog: {
    readonly fedBy: 'anyFrame' | 'write' | 'register' | 'refreshedCommand' | 'nothing';
    readonly fallsTo: string;
    readonly isSafe: boolean;
  };
  /** settable: the gateway sets and checks what the device falls to; fixed: by its maker, or there is nothing. */
  readonly fallback: 'settable' | 'fixed';
}

export function modelFactsOf({ data }: Profile): ModelFacts {
  const { maker, model, kind, confidence, watchdog, fallback, commands } = data;
  const isSettable =
    fallback !== undefined && !('fixedA' in fallback.current && 'fixedMs' in fallback.timeout);
  const { fedBy, fallsTo, isSafe } = watchdog;
  return {
    maker,
    model,
    kind,
    isCommanded: Object.values(commands).some((command) => command !== undefined),
    confidence,
    watchdog: { fedBy, fallsTo, isSafe },
    fallback: isSettable ? 'settable' : 'fixed',
  };
}

/** The facts of all profiles, by id. */
export function modelsOf(profiles: ReadonlyMap<string, Profile>): ReadonlyMap<string, ModelFacts> {
  return new Map([...profiles].map(([id, profile]) => [id, modelFactsOf(profile)]));
}

/** What keeps the device from falling back, in words. */
export const FED_BY: Readonly<Record<ModelFacts['watchdog']['fedBy'], string>> = {
  anyFrame: 'any request, also a read',
  write: 'a repeated set-point',
  register: 'a register that is written for it',
  refreshedCommand: 'the repeated command, which lapses without it',
  nothing: 'nothing: it does not notice that the gateway is gone',
};
