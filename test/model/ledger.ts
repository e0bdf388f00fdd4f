import type { Memory } from '../../src/core/memory.ts';
import { hasLevel } from '../../src/domain/sitePlan.ts';
import { HOLD_TICKS, REST_TICKS, type SmallWorld, TICK_MS } from './smallWorld.ts';
import type { WorldState } from './worldState.ts';
import { gridFlow, type Ledger, MANY_TICKS, type Truth } from './worldState.ts';

/** A step of the wall clock, in ticks: shorter and longer than what may be left of a curtailment. */
export const STRIDE_TICKS = 1;

export const CURTAILMENT = { ceilingA: 10, ticks: 2 } as const;
export const NARROWER = { ceilingA: 6, ticks: 1 } as const;

/** One tick later, before the decision of that tick. */
export function ledgerAfterTick(world: SmallWorld, ledger: Ledger, truth: Truth): Ledger {
  const { control, held, failSafeLeftTicks, ...rest } = ledger;
  const heartbeat = world.site.controllingParty?.heartbeat;
  const lostTicks = (heartbeat?.lostAfterMs ?? 0) / TICK_MS;
  const unheardTicks = truth.isPartyThere ? 0 : bounded(ledger.unheardTicks + 1);
  const isNewlyLost = heartbeat !== undefined && ledger.isControlled && unheardTicks >= lostTicks;
  const leftTicks = isNewlyLost ? heartbeat.failSafeMinimumMs / TICK_MS : (failSafeLeftTicks ?? 0) - 1;
  return {
    ...rest,
    ...(control === undefined
      ? {}
      : {
          control: {
            ...control,
            leftTicks: control.leftTicks - 1,
            ...(control.utcLeftTicks === undefined
              ? {}
              : { utcLeftTicks: Math.max(-STRIDE_TICKS - 1, control.utcLeftTicks - 1) }),
          },
        }),
    held: held.map((one) => ({ ...one, leftTicks: one.leftTicks - 1 })).filter((one) => one.leftTicks > 0),
    ...(leftTicks > 0 ? { failSafeLeftTicks: leftTicks } : {}),
    unheardTicks,
    isControlled: ledger.isControlled && !isNewlyLost,
    controlTicks: isNewlyLost ? MANY_TICKS : bounded(ledger.controlTicks + 1),
    lockOutTicks: ledger.lockOutTicks
      .map((ticks) => ticks + 1)
      .filter((ticks) => ticks * TICK_MS <= resetWindowMs(world)),
    restedTicks: Math.min(REST_TICKS, ledger.restedTicks + 1),
    ...(ledger.aboveTicks === undefined ? {} : { aboveTicks: bounded(ledger.aboveTicks + 1) }),
  };
}

interface Looked {
  readonly ledger: Ledger;
  /** As it was when the gateway looked. */
  readonly truth: Truth;
  /** What the device allows once it has been told. */
  readonly inForceA: number;
  readonly before: Memory;
  readonly after: Memory;
  readonly isTick: boolean;
  readonly isSeen: boolean;
  /** An engineer has cleared the history. */
  readonly isCleared: boolean;
}

/** What follows from a decision for what is owed from now on. */
export function ledgerAfterDecision(world: SmallWorld, looked: Looked): Ledger {
  const { truth, inForceA, before, after, isTick, isSeen, isCleared } = looked;
  const { aboveTicks, ...ledger } = looked.ledger;
  const { loadId } = world.load;
  const toldBeforeA = toldA(world, before) ?? truth.inForceA;
  const nowToldA = toldA(world, after);
  const isLowered = nowToldA !== undefined && nowToldA < toldBeforeA && after.loads[loadId] !== undefined;
  const hasMore = truth.device === 'good' && inForceA > (nowToldA ?? inForceA) + 0.6;
  const isNewlyLocked = isLocked(after) && !isLocked(before);
  const isAbove = isSeen ? isAboveAgreed(world, truth) : aboveTicks !== undefined;
  const lockOutTicks = isCleared ? [] : ledger.lockOutTicks;
  return {
    ...ledger,
    ...(isAbove && !isLocked(after) ? { aboveTicks: aboveTicks ?? 0 } : {}),
    lockOutTicks: isNewlyLocked ? [...lockOutTicks, 0] : lockOutTicks,
    disobeyingTicks: hasMore ? bounded(ledger.disobeyingTicks + (isTick ? 1 : 0)) : 0,
    restedTicks: isLowered ? 0 : ledger.restedTicks,
  };
}

/** Amps that the gateway has told the load; absent: it never told it anything. */
export function toldA({ load }: SmallWorld, memory: Memory): number | undefined {
  const commanded = memory.loads[load.loadId]?.commanded;
  return commanded === undefined || hasLevel(load) ? commanded : commanded * load.ratingA;
}

export function isLocked({ schemes }: Memory): boolean {
  return schemes.some(({ lockedAtMs }) => lockedAtMs !== undefined);
}

function isAboveAgreed(world: SmallWorld, truth: Truth): boolean {
  const flowA = gridFlow(world, truth, truth.inForceA);
  return world.site.circuits.some(
    ({ maximumImportLimitA, maximumExportLimitA }) =>
      (maximumImportLimitA !== undefined && flowA > maximumImportLimitA) ||
      (maximumExportLimitA !== undefined && -flowA > maximumExportLimitA),
  );
}

/** What has ended by now stops to be owed: a curtailment at its end goes on for its random offset. */
export function settled(world: SmallWorld, ledger: Ledger, truth: Truth): Ledger {
  let next = ledger;
  const { control } = next;
  if (control !== undefined) {
    const isOverByClock =
      control.utcLeftTicks !== undefined && control.utcLeftTicks <= 0 && truth.clockLevel === 'synced';
    if (control.leftTicks <= 0 || isOverByClock) next = withoutControl(world, next);
  }
  const heartbeat = world.site.controllingParty?.heartbeat;
  if (heartbeat !== undefined && !next.isControlled) {
    const isThere = next.unheardTicks * TICK_MS < heartbeat.lostAfterMs;
    const apartTicks = Math.abs(next.controlTicks - next.unheardTicks);
    if (isThere && next.controlTicks < MANY_TICKS && apartTicks * TICK_MS <= heartbeat.limitWithinMs) {
      const { failSafeLeftTicks: _, ...returned } = next;
      next = { ...returned, isControlled: true };
    }
  }
  return next;
}

export function withControl(
  world: SmallWorld,
  ledger: Ledger,
  { ceilingA, ticks }: { readonly ceilingA: number; readonly ticks: number },
  isTimed: boolean,
): Ledger {
  const isWider = ledger.control !== undefined && ceilingA > ledger.control.ceilingA;
  const before = isWider ? withoutControl(world, ledger) : ledger;
  return {
    ...before,
    control: { ceilingA, leftTicks: ticks, ...(isTimed ? { utcLeftTicks: ticks } : {}) },
    controlTicks: 0,
  };
}

export function withoutControl(world: SmallWorld, { control, ...rest }: Ledger): Ledger {
  if (control === undefined) return rest;
  const held = { ceilingA: control.ceilingA, leftTicks: world.offsetTicks };
  const isThere = rest.held.some(
    ({ ceilingA, leftTicks }) => ceilingA === held.ceilingA && leftTicks === held.leftTicks,
  );
  return isThere ? rest : { ...rest, held: [...rest.held, held] };
}

/** Import ceilings that hold at the connection point now, by the ledger alone. */
export function owedImportA(
  world: SmallWorld,
  { ledger, truth }: Pick<WorldState, 'ledger' | 'truth'>,
): number {
  const { site } = world;
  const party = site.controllingParty;
  const ceilings: number[] = site.circuits.map((circuit) => circuit.maximumImportLimitA ?? circuit.ratingA);
  if (ledger.control !== undefined) ceilings.push(ledger.control.ceilingA);
  else for (const standing of party?.defaults ?? []) ceilings.push(standing.ceiling);
  for (const { ceilingA } of ledger.held) ceilings.push(ceilingA);
  if (ledger.failSafeLeftTicks !== undefined)
    for (const standing of party?.heartbeat?.failSafe ?? []) ceilings.push(standing.ceiling);
  if (truth.observed !== 'free')
    for (const observed of site.observedSwitches ?? []) ceilings.push(observed.ceilingA);
  return Math.min(...ceilings);
}

export function resetWindowMs({ site }: SmallWorld): number {
  return site.schemeFigures?.resetWindowMs ?? 0;
}

export function isLost({ isMeterSilent, meterSilentTicks }: Truth): boolean {
  return isMeterSilent && meterSilentTicks >= HOLD_TICKS;
}

function bounded(ticks: number): number {
  return Math.min(MANY_TICKS, Math.max(0, ticks));
}

/** By a ledger from before a step. */
export function hasRested({ restedTicks }: Ledger, isTick: boolean): boolean {
  return restedTicks + (isTick ? 1 : 0) >= REST_TICKS;
}
