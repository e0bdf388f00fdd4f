import type { Area, Measure } from '../../domain/restriction.ts';

/** "Charge points to 6 A": the measure as people say it. */
export function measureText(measure: Measure): string {
  if (measure.kind === 'loadSwitchOpen') return 'Switched loads off';
  const floor = measure.floor === undefined ? '' : `, but never below ${measure.floor} ${unitOf(measure)}`;
  if (measure.kind === 'chargePointCeiling') {
    const { ceilingA, percentOfRating } = measure;
    const to = ceilingA === undefined ? `${percentOfRating} % of their rating` : `${ceilingA} A`;
    return `${ceilingA === 0 ? 'Charge points paused' : `Charge points to ${to}`}${floor}`;
  }
  const flow = measure.kind === 'importCeiling' ? 'Import' : 'Export';
  const each = measure.basis === 'phaseCurrentA' ? ' per phase' : '';
  return `${flow} to ${measure.ceiling} ${unitOf(measure)}${each}${floor}`;
}

function unitOf(measure: Measure): string {
  return 'basis' in measure && measure.basis === 'activePowerW' ? 'W' : 'A';
}

export function areaText(area: Area): string {
  if (area.kind !== 'gateways') return `${area.kind} ${area.areaId}`;
  return area.gatewayIds.length === 1
    ? `gateway ${area.gatewayIds[0]}`
    : `${area.gatewayIds.length} gateways`;
}

/**
 * Whether, of two measures that can be compared, the first leaves more than the second. Of different kinds, or in different
 * units, neither is looser.
 */
export function isLooser(measure: Measure, than: Measure): boolean {
  const [one, other] = [comparableOf(measure), comparableOf(than)];
  return one !== undefined && other !== undefined && one.of === other.of && one.leaves > other.leaves;
}

function comparableOf(measure: Measure): { readonly of: string; readonly leaves: number } | undefined {
  if (measure.kind === 'loadSwitchOpen') return undefined;
  const floor = measure.floor ?? 0;
  if (measure.kind !== 'chargePointCeiling') {
    return { of: `${measure.kind} ${measure.basis}`, leaves: Math.max(floor, measure.ceiling) };
  }
  const { ceilingA, percentOfRating } = measure;
  if (ceilingA !== undefined) return { of: 'chargePoint A', leaves: Math.max(floor, ceilingA) };
  return { of: 'chargePoint %', leaves: percentOfRating ?? 100 };
}

/** Whether a gateway could be in both. Feeders and substations are told apart by name alone, as their topics are. */
export function areaKeyOf(area: Area): string {
  return area.kind === 'gateways' ? 'gateways:' : area.areaId;
}
