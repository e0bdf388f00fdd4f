import type { Property } from '../../model/properties.ts';
import {
  CHARGING,
  CURTAILMENT,
  EXPORT_SCHEME,
  IMPORT_SCHEME,
  PARTY_LOST,
  type SmallWorld,
  TOGETHER,
} from '../../model/smallWorld.ts';
import type { Break } from './brokenCore.ts';

export interface ModelMutant extends Break {
  readonly property: Property;
  readonly story: string;
  /** The world that shows it. */
  readonly world: SmallWorld;
}

export const MODEL_MUTANTS: readonly ModelMutant[] = [
  {
    property: 'a seen excess is met at once',
    story: 'a load that is above its share keeps it',
    world: CHARGING,
    file: 'core/narrow.ts',
    from: 'if (keep.targetA >= inForceA) return',
    to: 'if (keep.targetA >= 0) return',
  },
  {
    property: 'a seen excess is met at once',
    story: 'an excess of export is let be',
    world: EXPORT_SCHEME,
    file: 'core/generators.ts',
    from: 'if (excess <= 0) break;',
    to: 'break;',
  },
  {
    property: 'a lost picture means the safe posture',
    story: 'a lost meter is no worse than a late one',
    world: CHARGING,
    file: 'core/trust.ts',
    from: 'const state = TRUST_AFTER[failureOf(meter).action];',
    to: "const state = 'late' as const;",
  },
  {
    property: 'a lost picture means the safe posture',
    story: 'the hold time never ends',
    world: IMPORT_SCHEME,
    file: 'core/picture.ts',
    from: "state: lostForMs >= site.timing.meterHoldMs ? 'lost' : 'late',",
    to: "state: 'late',",
  },
  {
    property: 'a load that has more than it was told is told again',
    story: 'a command is given once and never again',
    world: CHARGING,
    file: 'core/stepLoad.ts',
    from: 'if (heldA !== undefined && mustReassert(view, nowMs, confirmMs)) {',
    to: 'if (heldA !== undefined && nowMs < 0 && mustReassert(view, nowMs, confirmMs)) {',
  },
  {
    property: 'narrowing never raises',
    story: 'a repetition says the rating',
    world: CHARGING,
    file: 'core/stepLoad.ts',
    from: "command: commandOf(view, heldA, 'narrowing', reason),",
    to: "command: commandOf(view, plan.ratingA, 'narrowing', reason),",
  },
  {
    property: 'nothing widens without its proof',
    story: 'widening does not wait for the record',
    world: TOGETHER,
    file: 'core/widen.ts',
    from: "if (!canRecord) return { kind: 'wait', cause: 'record' };",
    to: '',
  },
  {
    property: 'nothing widens without its proof',
    story: 'a contactor closes without rest',
    world: IMPORT_SCHEME,
    file: 'core/widen.ts',
    from: "if (restsOpen(view, nowMs)) return { kind: 'wait', cause: 'rest' };\n  if (roomFor",
    to: 'if (roomFor',
  },
  {
    property: 'nothing widens above what is owed',
    story: 'a charge point comes back with its rating',
    world: CHARGING,
    file: 'core/widen.ts',
    from: 'const nextA = Math.min(room, verdict.desiredA, isPaused ? plan.minimumA : rampA, plan.ratingA);',
    to: 'const nextA = plan.ratingA;',
  },
  {
    property: 'a limit that is owed is in force',
    story: 'a curtailment is released at its end, without its offset',
    world: CURTAILMENT,
    file: 'core/limitsInForce.ts',
    from: 'if (releasesAtMs > now.runningMs && !isNarrowed)',
    to: 'if (releasesAtMs < 0 && !isNarrowed)',
  },
  {
    property: 'a limit that is owed is in force',
    story: 'a clock that nobody set ends a curtailment',
    world: CURTAILMENT,
    file: 'core/limitsInForce.ts',
    from: "return !(isOverByClock && now.clockLevel === 'synced');",
    to: 'return !isOverByClock;',
  },
  {
    property: 'a limit that is owed is in force',
    story: 'a lost party leaves the home to itself at once',
    world: PARTY_LOST,
    file: 'core/controllingParty.ts',
    from: "return isThere ? before : { state: 'failSafe', sinceMs: nowMs };",
    to: "return isThere ? before : { state: 'autonomous', sinceMs: nowMs };",
  },
  {
    property: 'a limit that is owed is in force',
    story: 'a cancel returns to nothing instead of the default',
    world: CURTAILMENT,
    file: 'core/controllingParty.ts',
    from: 'const standing = isControlled ? [] :',
    to: 'const standing = isControlled || controls.length === 0 ? [] :',
  },
  {
    property: 'a long excursion is counted and locks',
    story: 'an excursion of any length is let be',
    world: IMPORT_SCHEME,
    file: 'core/limitationScheme.ts',
    from: 'if (lengthMs >= figures.lockAfterMs || isRepeated',
    to: 'if (isRepeated',
  },
  {
    property: 'a long excursion is counted and locks',
    story: 'an excursion that cannot be seen stands still',
    world: IMPORT_SCHEME,
    file: 'core/limitationScheme.ts',
    from: 'if (isAbove === undefined) return { ...above, lastMs: nowMs };',
    to: 'if (isAbove === undefined) return above;',
  },
  {
    property: 'a lock-out is left only by a permitted reset',
    story: 'a restart opens a lock-out',
    world: IMPORT_SCHEME,
    file: 'core/limitationScheme.ts',
    from: '({ above: _, insideAtMs: _seen, ...kept }) => kept',
    to: '({ above: _, insideAtMs: _seen, lockedAtMs: _locked, ...kept }) => kept',
  },
  {
    property: 'a lock-out is left only by a permitted reset',
    story: 'the householder may reset as often as he likes',
    world: IMPORT_SCHEME,
    file: 'core/limitationScheme.ts',
    from: "if (by === 'householder' && !mayHouseholderReset(scheme, figures, nowMs)) {",
    to: "if (by === 'householder' && figures.resetWindowMs < 0) {",
  },
  {
    property: 'nothing counted is forgotten',
    story: 'a restart forgets what was counted',
    world: IMPORT_SCHEME,
    file: 'core/limitationScheme.ts',
    from: '({ above: _, insideAtMs: _seen, ...kept }) => kept',
    to: '({ above: _, insideAtMs: _seen, ...kept }) => ({ ...kept, countedAtMs: [] })',
  },
  {
    property: 'every command has a reason',
    story: 'the observed switch has no name',
    world: CHARGING,
    file: 'core/observedSwitches.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    from: 'limitId: `${switchId}:observed`',
    to: "limitId: ''",
  },
];
