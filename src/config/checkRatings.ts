import type { Phase } from '../domain/phase.ts';
import type { ChargePointPlan, Circuit, LoadPlan, SitePlan } from '../domain/sitePlan.ts';
import { deratedA, isOnPhase, loadsBehind } from './circuitTree.ts';
import { type Finding, placeOf } from './finding.ts';
import { show } from './mistake.ts';
import type { AllowedRange, ProfileCatalogue, ProfileFacts } from './profileFacts.ts';

/** Least pilot current that lets a car charge (IEC 61851-1, annex A). */
const LEAST_CHARGE_CURRENT_A = 6;

/** Currents that contradict each other, the device or the circuit. */
export function findRatingMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, load] of plan.loads.entries()) {
    if (load.kind !== 'chargePoint') continue;
    const profile = plan.devices.find((device) => device.deviceId === load.deviceId)?.profile;
    const facts = profile === undefined ? undefined : profiles.get(profile);
    const at = (key: keyof ChargePointPlan): string => placeOf('loads', index, load.loadId, key);
    findings.push(...chargePointFindings(load, at), ...deviceFindings(load, facts, at));
  }
  for (const [index, circuit] of plan.circuits.entries()) {
    const at = (key: keyof Circuit): string => placeOf('circuits', index, circuit.circuitId, key);
    for (const phase of plan.phases) findings.push(...circuitFindings(plan, circuit, phase, at));
  }
  return findings;
}

type Place = (key: keyof ChargePointPlan) => string;

function chargePointFindings(load: ChargePointPlan, at: Place): readonly Finding[] {
  const findings: Finding[] = [];
  const { minimumA, ratingA } = load;
  if (minimumA < LEAST_CHARGE_CURRENT_A || minimumA > ratingA) {
    findings.push({
      path: at('minimumA'),
      expected: `from ${LEAST_CHARGE_CURRENT_A} A (IEC 61851-1) to its rating, ${ratingA} A`,
      found: `${minimumA} A`,
      toDo: 'correct the minimum or the rating',
    });
  }
  for (const key of ['floorA', 'safeCurrentA', 'fallbackCurrentA'] as const) {
    const currentA = load[key];
    if (currentA === undefined || currentA === 0 || (currentA >= minimumA && currentA <= ratingA)) continue;
    findings.push({
      path: at(key),
      expected: `0, which pauses, or from its minimum, ${minimumA} A, to its rating, ${ratingA} A`,
      found: `${currentA} A`,
      toDo: 'a charge point cannot give less than its minimum: use 0 or more than that',
    });
  }
  return findings;
}

/** What the device itself would refuse. */
function deviceFindings(
  load: ChargePointPlan,
  facts: ProfileFacts | undefined,
  at: Place,
): readonly Finding[] {
  const findings: Finding[] = [];
  const hold = (
    key: 'ratingA' | 'minimumA' | 'fallbackCurrentA' | 'fallbackTimeoutMs',
    range: AllowedRange,
    unit: string,
  ) => {
    const value = load[key];
    if (value === undefined) return;
    const isAllowed = value === 0 ? range.isZeroAllowed : value >= range.minimum && value <= range.maximum;
    if (isAllowed) return;
    const zero = range.isZeroAllowed ? '0, or ' : '';
    findings.push({
      path: at(key),
      expected: `${zero}from ${range.minimum} to ${range.maximum} ${unit}, which the device accepts`,
      found: `${value} ${unit}`,
      toDo: 'correct it, or the profile of the device',
    });
  };
  if (facts?.setpointA !== undefined) {
    hold('ratingA', facts.setpointA, 'A');
    hold('minimumA', facts.setpointA, 'A');
  }
  if (facts?.fallback !== undefined) {
    hold('fallbackCurrentA', facts.fallback.currentA, 'A');
    hold('fallbackTimeoutMs', facts.fallback.timeoutMs, 'ms');
  }
  return facts === undefined ? findings : [...findings, ...fallbackFindings(load, facts, at)];
}

/** A fall-back that the device has must be planned; one that it has not must not be counted on. */
function fallbackFindings(load: ChargePointPlan, facts: ProfileFacts, at: Place): readonly Finding[] {
  // A device of another kind is a mistake of its own.
  if (facts.kind !== 'chargePoint') return [];
  const keys = ['fallbackCurrentA', 'fallbackTimeoutMs'] as const;
  if (facts.fallback !== undefined) {
    return keys
      .filter((key) => load[key] === undefined)
      .map((key) => ({
        path: at(key),
        expected: 'the fall-back of the device, which can fall back by itself',
        found: 'nothing',
        toDo: 'add it: what the device may do when the gateway is silent',
      }));
  }
  return keys
    .filter((key) => load[key] !== undefined)
    .map((key) => ({
      path: at(key),
      expected: 'none: this device keeps its last set-point when the gateway is silent',
      found: show(load[key]),
      toDo: 'remove it, and limit the device at itself to what the circuit can always carry',
    }));
}

/** What the loads behind a circuit draw by themselves in each posture that nobody can narrow any further. */
function circuitFindings(
  plan: SitePlan,
  circuit: Circuit,
  phase: Phase,
  at: (key: keyof Circuit) => string,
): readonly Finding[] {
  const loads = loadsBehind(plan, circuit).filter((load) => isOnPhase(load, phase));
  const rating = { key: 'ratingA', ceilingA: deratedA(circuit), name: 'the derated rating' } as const;
  const agreed = circuit.maximumImportLimitA;
  const narrowest =
    agreed === undefined || agreed >= rating.ceilingA
      ? rating
      : ({ key: 'maximumImportLimitA', ceilingA: agreed, name: 'the agreed import limit' } as const);
  const postures = [
    { name: 'the fall-back of the devices', drawA: fallbackA, under: rating },
    { name: 'the safe posture', drawA: safeA, under: narrowest },
    { name: 'the floors', drawA: floorA, under: narrowest },
  ];
  return postures.flatMap(({ name, drawA, under }) => {
    const drawing = loads.filter((load) => drawA(load) > 0);
    const totalA = drawing.reduce((sum, load) => sum + drawA(load), 0);
    if (totalA <= under.ceilingA + 1e-9) return [];
    return [
      {
        path: at(under.key),
        expected: `on ${phase}, ${name} of the loads behind it to fit ${under.name}, ${show(under.ceilingA)} A`,
        found: `${totalA} A: ${drawing.map((load) => `${load.loadId} ${drawA(load)} A`).join(', ')}`,
        toDo: 'lower these currents of the loads, or open a switched load there',
      },
    ];
  });
}

/** A relay holds its position when the gateway is silent, and so does a charge point that cannot fall back. */
function fallbackA(load: LoadPlan): number {
  return load.kind === 'chargePoint' ? (load.fallbackCurrentA ?? 0) : 0;
}

function safeA(load: LoadPlan): number {
  if (load.kind === 'chargePoint') return load.safeCurrentA;
  return load.kind === 'switchedLoad' && load.safePosition === 'closed' ? load.ratingA : 0;
}

function floorA(load: LoadPlan): number {
  if (load.kind === 'chargePoint') return load.floorA;
  return load.kind === 'switchedLoad' && load.floor === 'closed' ? load.ratingA : 0;
}
