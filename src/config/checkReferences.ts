import type { LoadPlan, SitePlan } from '../domain/sitePlan.ts';
import { chainUpwards } from './circuitTree.ts';
import { type Finding, placeOf } from './finding.ts';
import { nearest, show } from './mistake.ts';
import type { ProfileCatalogue, ProfileFacts } from './profileFacts.ts';

/** Names that stand twice, names that lead nowhere, profiles that do not exist or do not fit, circuits that are no tree. */
export function findReferenceMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  const lineIds = plan.lines.map((line) => line.lineId);
  const deviceIds = plan.devices.map((device) => device.deviceId);
  const meterIds = plan.meters.map((meter) => meter.meterId);
  const circuitIds = plan.circuits.map((circuit) => circuit.circuitId);
  const loadIds = plan.loads.map((load) => load.loadId);
  const radioIds = (plan.radios ?? []).map((radio) => radio.radioId);
  const observed = plan.observedSwitches ?? [];

  const findings: Finding[] = [
    ...repeated('lines', 'lineId', lineIds),
    ...repeated('devices', 'deviceId', deviceIds),
    ...repeated('meters', 'meterId', meterIds),
    ...repeated('circuits', 'circuitId', circuitIds),
    ...repeated('loads', 'loadId', loadIds),
    ...repeated('radios', 'radioId', radioIds),
    ...repeated(
      'observedSwitches',
      'switchId',
      observed.map(({ switchId }) => switchId),
    ),
  ];
  const refer = (path: string, name: string | undefined, list: string, known: readonly string[]): void => {
    if (name !== undefined && !known.includes(name)) findings.push(leadsNowhere(path, name, list, known));
  };
  const expectKind = (path: string, deviceId: string, ...kinds: readonly ProfileFacts['kind'][]): void => {
    const profile = plan.devices.find((device) => device.deviceId === deviceId)?.profile;
    const found = profile === undefined ? undefined : profiles.get(profile)?.kind;
    if (found === undefined || kinds.includes(found)) return;
    findings.push({
      path,
      expected: `a device whose profile is a ${kinds.join(' or ')}`,
      found: `${show(deviceId)}, whose profile ${show(profile)} is a ${found}`,
      toDo: 'name another device, or correct the profile of this one',
    });
  };

  for (const [index, device] of plan.devices.entries()) {
    const at = (key: string): string => placeOf('devices', index, device.deviceId, key);
    if (!profiles.has(device.profile)) findings.push(unknownProfile(at('profile'), device.profile, profiles));
    if (device.connection.kind === 'serial') {
      refer(at('connection.lineId'), device.connection.lineId, 'lines', lineIds);
    }
    if (device.connection.kind === 'han') {
      refer(at('connection.radioId'), device.connection.radioId, 'radios', radioIds);
    }
  }
  for (const [index, meter] of plan.meters.entries()) {
    const path = placeOf('meters', index, meter.meterId, 'deviceId');
    refer(path, meter.deviceId, 'devices', deviceIds);
    expectKind(path, meter.deviceId, 'meter');
  }
  for (const [index, circuit] of plan.circuits.entries()) {
    refer(
      placeOf('circuits', index, circuit.circuitId, 'parentId'),
      circuit.parentId,
      'circuits',
      circuitIds,
    );
    refer(placeOf('circuits', index, circuit.circuitId, 'meterId'), circuit.meterId, 'meters', meterIds);
  }
  for (const [index, load] of plan.loads.entries()) {
    const at = (key: string): string => placeOf('loads', index, load.loadId, key);
    refer(at('deviceId'), load.deviceId, 'devices', deviceIds);
    expectKind(at('deviceId'), load.deviceId, ...deviceKindsOf(load));
    refer(at('circuitId'), load.circuitId, 'circuits', circuitIds);
    if (load.kind !== 'chargePoint') refer(at('meterId'), load.meterId, 'meters', meterIds);
  }
  for (const [index, seen] of observed.entries()) {
    const at = (key: string): string => placeOf('observedSwitches', index, seen.switchId, key);
    refer(at('deviceId'), seen.deviceId, 'devices', deviceIds);
    refer(at('circuitId'), seen.circuitId, 'circuits', circuitIds);
  }
  const { defaults = [], heartbeat } = plan.controllingParty ?? {};
  for (const [index, { circuitId }] of defaults.entries()) {
    refer(`controllingParty.defaults[${index}].circuitId`, circuitId, 'circuits', circuitIds);
  }
  for (const [index, { circuitId }] of (heartbeat?.failSafe ?? []).entries()) {
    refer(`controllingParty.heartbeat.failSafe[${index}].circuitId`, circuitId, 'circuits', circuitIds);
  }
  return [...findings, ...findTreeMistakes(plan)];
}

function deviceKindsOf(load: LoadPlan): readonly ProfileFacts['kind'][] {
  switch (load.kind) {
    case 'chargePoint':
      return ['chargePoint'];
    case 'limitedGenerator':
      return ['inverter', 'chargePoint'];
    default:
      return ['relay'];
  }
}

function findTreeMistakes(plan: SitePlan): readonly Finding[] {
  const roots = plan.circuits.filter((circuit) => circuit.parentId === undefined);
  const names = roots.map((circuit) => circuit.circuitId).join(', ');
  const findings: Finding[] = [];
  if (roots.length !== 1) {
    findings.push({
      path: 'circuits',
      expected: 'exactly one circuit without parentId: the connection point',
      found: roots.length === 0 ? 'none' : `${roots.length}: ${names}`,
      toDo: 'give every circuit but the connection point the circuit that feeds it',
    });
  }
  for (const [index, circuit] of plan.circuits.entries()) {
    const chain = chainUpwards(plan, circuit.circuitId);
    const isClosed = chain.at(-1)?.parentId === circuit.circuitId;
    if (isClosed) {
      findings.push({
        path: placeOf('circuits', index, circuit.circuitId, 'parentId'),
        expected: 'a chain of circuits that ends at the connection point',
        found: `one that comes back to itself: ${[...chain, circuit].map((each) => each.circuitId).join(' < ')}`,
        toDo: 'correct the parentId of one of them',
      });
    }
  }
  return findings;
}

function repeated(list: string, key: string, names: readonly string[]): readonly Finding[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (first === index) return [];
    const expected = `a name that no other of the ${list} has`;
    const found = `${show(name)}, as in ${list}[${first}]`;
    return [{ path: placeOf(list, index, name, key), expected, found, toDo: 'rename one of them' }];
  });
}

function leadsNowhere(path: string, name: string, list: string, known: readonly string[]): Finding {
  const meant = nearest(name, known);
  return {
    path,
    expected: known.length === 0 ? `one of the ${list}` : `one of the ${list}: ${known.join(', ')}`,
    found: show(name),
    toDo: meant === undefined ? `correct the name, or add it to the ${list}` : `did you mean ${meant}?`,
  };
}

function unknownProfile(path: string, name: string, profiles: ProfileCatalogue): Finding {
  const known = [...profiles.keys()];
  const meant = nearest(name, known);
  return {
    kind: 'unknownProfile',
    path,
    expected: `a device profile: ${known.join(', ') || 'but the profiles folder holds none'}`,
    found: show(name),
    toDo: meant === undefined ? 'use one of these, or add a profile to the folder' : `did you mean ${meant}?`,
  };
}
