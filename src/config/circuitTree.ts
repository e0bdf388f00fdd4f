import type { Phase } from '../domain/phase.ts';
import type { Circuit, LoadPlan, SitePlan } from '../domain/sitePlan.ts';

/** The circuit itself and all that feed it, upwards. Ends where a circuit would come a second time. */
export function chainUpwards(plan: SitePlan, circuitId: string): readonly Circuit[] {
  const chain: Circuit[] = [];
  let next = plan.circuits.find((circuit) => circuit.circuitId === circuitId);
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    const { parentId } = next;
    next = plan.circuits.find((circuit) => circuit.circuitId === parentId);
  }
  return chain;
}

/** Loads on the circuit or on any circuit that it feeds. */
export function loadsBehind(plan: SitePlan, circuit: Circuit): readonly LoadPlan[] {
  return plan.loads.filter((load) => chainUpwards(plan, load.circuitId).includes(circuit));
}

export function isOnPhase(load: LoadPlan, phase: Phase): boolean {
  return load.phaseMap[phase] !== undefined;
}

export function deratedA(circuit: Circuit): number {
  return circuit.ratingA * circuit.derating;
}
