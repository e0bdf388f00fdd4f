import type { LoadPlan, SitePlan, Timing } from '../../src/domain/sitePlan.ts';

/**
 * One step of the model's clock. Longer than every figure of the judgement that no plan can set (a trace of 6 s, a repetition
 * after 60 s), so that each of those has passed after one step or two; every other duration is a whole number of steps.
 */
export const TICK_MS = 300_000;

/** A moment before all others; instants are kept as differences to it. */
export const BASE_MS = 1_000_000_000;

/** All durations in ticks. A fresh reading is of this very tick. */
export const HOLD_TICKS = 2;
export const CONFIRM_TICKS = 1;
export const REST_TICKS = 2;

export type Action =
  | 'tick'
  | 'household changes'
  | 'meter falls silent or returns'
  | 'device ignores what it is told'
  | 'device falls silent'
  | 'device is in order again'
  | 'a curtailment arrives'
  | 'a narrower curtailment arrives'
  | 'the curtailment is cancelled'
  | 'the controlling party falls silent or returns'
  | 'the clock is coarse'
  | 'the clock is synced'
  | 'the wall clock is stepped'
  | 'restart at once'
  | 'restart after a long time'
  | 'the store fails or works again'
  | 'the observed switch changes'
  | 'the observed switch cannot be seen'
  | 'the householder resets the scheme'
  | 'the engineer resets the scheme';

/** A closed world: one home on one phase with one load, and what may happen to it. */
export interface SmallWorld {
  readonly name: string;
  readonly site: SitePlan;
  readonly load: LoadPlan;
  readonly actions: readonly Action[];
  /** Amps that the rest of the home draws; below zero it feeds in. */
  readonly householdA: { readonly low: number; readonly high: number };
  readonly offsetTicks: number;
  /** Of meter, device, store and observed switch, how many may be out of order at once. */
  readonly mostFaults: number;
}

const TIMING: Timing = {
  meterMaxAgeMs: TICK_MS / 2,
  meterHoldMs: HOLD_TICKS * TICK_MS,
  // A frozen meter is a lost one; the model needs only one way to lose it.
  meterFrozenMs: Number.MAX_SAFE_INTEGER,
  loadMaxAgeMs: TICK_MS / 2,
  confirmMs: CONFIRM_TICKS * TICK_MS,
  widenRestMs: REST_TICKS * TICK_MS,
  resumeRestMs: REST_TICKS * TICK_MS,
  rampStepMs: TICK_MS,
  // As much as there is room for in one step.
  rampAPerS: 1,
  marginA: 1,
};

const PLACE = {
  loadId: 'load',
  deviceId: 'device',
  circuitId: 'supply',
  priority: 1,
  phaseMap: { L1: 'L1' },
} as const;

const HEATER: LoadPlan = {
  ...PLACE,
  kind: 'switchedLoad',
  ratingA: 13,
  relayChannel: 1,
  floor: 'open',
  safePosition: 'open',
  minimumOpenMs: REST_TICKS * TICK_MS,
};

const CHARGE_POINT: LoadPlan = {
  ...PLACE,
  kind: 'chargePoint',
  ratingA: 16,
  minimumA: 6,
  floorA: 0,
  safeCurrentA: 0,
};

const INVERTER: LoadPlan = { ...PLACE, kind: 'limitedGenerator', ratingA: 16, safeCurrentA: 2 };

function siteWith(
  load: LoadPlan,
  change: Partial<SitePlan>,
  agreed: Partial<SitePlan['circuits'][0]>,
): SitePlan {
  return {
    siteId: 'model',
    revision: 1,
    phases: ['L1'],
    nominalVoltageV: 230,
    lines: [],
    devices: [],
    meters: [{ meterId: 'grid', deviceId: 'meter', phaseMap: { L1: 'L1' }, isInverted: false }],
    circuits: [{ circuitId: 'supply', ratingA: 60, derating: 1, meterId: 'grid', ...agreed }],
    loads: [load],
    timing: TIMING,
    ...change,
  };
}

const SCHEME_FIGURES = {
  countedAfterMs: TICK_MS,
  lockAfterMs: 2 * TICK_MS,
  shortRepeatCount: 2,
  shortRepeatWindowMs: 3 * TICK_MS,
  longRepeatCount: 3,
  longRepeatWindowMs: 3 * TICK_MS,
  bridgeMs: 0,
  householderResetsBelow: 2,
  resetWindowMs: 2 * TICK_MS,
  automaticResetMs: 0,
};

const DISTURBED: readonly Action[] = [
  'tick',
  'household changes',
  'meter falls silent or returns',
  'restart at once',
];

const DEVICE: readonly Action[] = [
  'device ignores what it is told',
  'device falls silent',
  'device is in order again',
];

const RESETS: readonly Action[] = ['the householder resets the scheme', 'the engineer resets the scheme'];

const PARTY: NonNullable<SitePlan['controllingParty']> = {
  defaults: [{ circuitId: 'supply', direction: 'import', basis: 'phaseCurrentA', ceiling: 17 }],
  heartbeat: {
    lostAfterMs: 2 * TICK_MS,
    limitWithinMs: TICK_MS,
    failSafeMinimumMs: 3 * TICK_MS,
    failSafe: [{ circuitId: 'supply', direction: 'import', basis: 'phaseCurrentA', ceiling: 10 }],
  },
};

/** The household alone may break its ceiling, so that an excursion can last however the load behaves. */
export const IMPORT_SCHEME: SmallWorld = {
  name: 'import scheme with a switched load',
  site: siteWith(HEATER, { schemeFigures: SCHEME_FIGURES }, { maximumImportLimitA: 20 }),
  load: HEATER,
  actions: [...DISTURBED, ...RESETS],
  householdA: { low: 5, high: 25 },
  offsetTicks: 2,
  mostFaults: 1,
};

export const EXPORT_SCHEME: SmallWorld = {
  name: 'export scheme with an inverter',
  site: siteWith(INVERTER, { schemeFigures: SCHEME_FIGURES }, { maximumExportLimitA: 8 }),
  load: INVERTER,
  actions: [...DISTURBED, 'device ignores what it is told', 'device is in order again', ...RESETS],
  householdA: { low: -10, high: 2 },
  offsetTicks: 2,
  mostFaults: 1,
};

export const CHARGING: SmallWorld = {
  name: 'charge point under the cut-out and an observed switch',
  site: siteWith(
    CHARGE_POINT,
    {
      observedSwitches: [
        {
          switchId: 'supplier',
          deviceId: 'signals',
          seenAt: 'input',
          channel: 1,
          limitsWhen: 'deenergised',
          circuitId: 'supply',
          ceilingA: 9,
        },
      ],
    },
    { ratingA: 20 },
  ),
  load: CHARGE_POINT,
  actions: [...DISTURBED, ...DEVICE, 'the observed switch changes', 'the observed switch cannot be seen'],
  householdA: { low: 2, high: 12 },
  offsetTicks: 2,
  mostFaults: 1,
};

export const CURTAILMENT: SmallWorld = {
  name: 'curtailments and the clock',
  site: siteWith(HEATER, { controllingParty: { defaults: PARTY.defaults } }, {}),
  load: HEATER,
  actions: [
    'tick',
    'a curtailment arrives',
    'a narrower curtailment arrives',
    'the curtailment is cancelled',
    'the clock is coarse',
    'the clock is synced',
    'the wall clock is stepped',
    'restart at once',
    'restart after a long time',
  ],
  householdA: { low: 2, high: 2 },
  offsetTicks: 2,
  mostFaults: 1,
};

export const PARTY_LOST: SmallWorld = {
  name: 'the controlling party and its silence',
  site: siteWith(HEATER, { controllingParty: PARTY }, {}),
  load: HEATER,
  actions: [
    'tick',
    'a curtailment arrives',
    'the curtailment is cancelled',
    'the controlling party falls silent or returns',
    'restart at once',
    'the store fails or works again',
  ],
  householdA: { low: 2, high: 2 },
  offsetTicks: 1,
  mostFaults: 1,
};

/** Curtailment and scheme on one home, with the meter: what one of them does while the other changes. */
export const TOGETHER: SmallWorld = {
  name: 'scheme and curtailment together',
  site: siteWith(HEATER, { schemeFigures: SCHEME_FIGURES }, { maximumImportLimitA: 20 }),
  load: HEATER,
  actions: [
    'tick',
    'household changes',
    'a curtailment arrives',
    'the curtailment is cancelled',
    'restart at once',
    'the store fails or works again',
  ],
  householdA: { low: 5, high: 25 },
  offsetTicks: 1,
  mostFaults: 1,
};

export const WORLDS: readonly SmallWorld[] = [
  IMPORT_SCHEME,
  EXPORT_SCHEME,
  CHARGING,
  CURTAILMENT,
  PARTY_LOST,
  TOGETHER,
];
