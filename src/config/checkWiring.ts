import { type PerPhase, PHASES, type Phase } from '../domain/phase.ts';
import { type DevicePlan, hasLevel, type SitePlan } from '../domain/sitePlan.ts';
import { isOnPhase, loadsBehind } from './circuitTree.ts';
import { type Finding, placeOf } from './finding.ts';
import { show } from './mistake.ts';
import type { ProfileCatalogue } from './profileFacts.ts';

/** Highest unit number on a serial line (MODBUS over Serial Line V1.02, 2.2); 248 and more are reserved. */
const HIGHEST_SERIAL_UNIT = 247;

/** What is wired to what: units on lines, channels of relays, phases of meters and loads. */
export function findWiringMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  return [
    ...findSupplyMistakes(plan),
    ...findAddressMistakes(plan, profiles),
    ...findPhaseMapMistakes(plan, profiles),
    ...findMeteringMistakes(plan),
    ...findSharingMistakes(plan, profiles),
    ...findLimitMistakes(plan, profiles),
    ...findObservationMistakes(plan, profiles),
  ];
}

function findSupplyMistakes(plan: SitePlan): readonly Finding[] {
  const isRepeated = new Set(plan.phases).size !== plan.phases.length;
  const expected = 'each phase of the supply once';
  return isRepeated
    ? [{ path: 'phases', expected, found: show(plan.phases), toDo: 'remove the repeated one' }]
    : [];
}

function findAddressMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, line] of plan.lines.entries()) {
    const first = plan.lines.find((other) => other.path === line.path);
    if (first === undefined || first === line) continue;
    findings.push({
      path: placeOf('lines', index, line.lineId, 'path'),
      expected: 'a serial port of its own for each line',
      found: `${show(line.path)}, as for ${first.lineId}`,
      toDo: 'make them one line, or correct the port',
    });
  }
  for (const [index, device] of plan.devices.entries()) {
    const at = (key: string): string => placeOf('devices', index, device.deviceId, key);
    const { kind } = device.connection;
    if (kind === 'serial' && device.unit > HIGHEST_SERIAL_UNIT) {
      findings.push({
        path: at('unit'),
        expected: `a unit number from 1 to ${HIGHEST_SERIAL_UNIT} on a serial line`,
        found: show(device.unit),
        toDo: 'set it to the number that the device has',
      });
    }
    const first = plan.devices.find((other) => addressOf(other) === addressOf(device));
    if (first !== undefined && first !== device) {
      findings.push({
        path: at('unit'),
        expected: 'a unit number of its own for each device on the same wire',
        found: `${device.unit}, as ${first.deviceId} on ${wireOf(device)}`,
        toDo: 'change the unit number at one of the devices and here',
      });
    }
    const transports = profiles.get(device.profile)?.transports;
    if (transports !== undefined && !transports.includes(kind)) {
      findings.push({
        path: at('connection.kind'),
        expected: `${transports.join(' or ')}, which profile ${show(device.profile)} speaks`,
        found: show(kind),
        toDo: 'correct the connection or the profile',
      });
    }
  }
  return findings;
}

function wireOf({ connection }: DevicePlan): string {
  switch (connection.kind) {
    case 'tcp':
      return `${connection.host}:${connection.port}`;
    case 'serial':
      return `line ${connection.lineId}`;
    case 'han':
      return `radio ${connection.radioId}, switch ${connection.address}`;
  }
}

function addressOf(device: DevicePlan): string {
  return `${wireOf(device)}/${device.unit}`;
}

function findPhaseMapMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  const maps = [
    ...plan.meters.map((meter, index) => ({
      path: placeOf('meters', index, meter.meterId, 'phaseMap'),
      ...meter,
    })),
    ...plan.loads.map((load, index) => ({ path: placeOf('loads', index, load.loadId, 'phaseMap'), ...load })),
  ];
  return maps.flatMap(({ path, phaseMap, deviceId }) => {
    const profile = plan.devices.find((device) => device.deviceId === deviceId)?.profile;
    const facts = profile === undefined ? undefined : profiles.get(profile);
    // A relay has channels instead of phases.
    const terminals = facts === undefined || facts.kind === 'relay' ? PHASES : facts.phases;
    return phaseMapFindings(path, phaseMap, plan.phases, terminals);
  });
}

function phaseMapFindings(
  path: string,
  phaseMap: PerPhase<Phase>,
  supply: readonly Phase[],
  terminals: readonly Phase[],
): readonly Finding[] {
  const wired = PHASES.filter((phase) => phaseMap[phase] !== undefined);
  const used = wired.flatMap((phase) => phaseMap[phase] ?? []);
  const toDo = 'write for each phase of the supply that it is wired to which terminal of the device that is';
  const findings: Finding[] = [];
  if (wired.length === 0) findings.push({ path, expected: 'at least one phase', found: 'none', toDo });
  for (const phase of wired.filter((each) => !supply.includes(each))) {
    const expected = `phases of the supply: ${supply.join(', ')}`;
    findings.push({ path: `${path}.${phase}`, expected, found: phase, toDo });
  }
  for (const phase of wired) {
    const terminal = phaseMap[phase];
    if (terminal === undefined) continue;
    if (!terminals.includes(terminal)) {
      const expected = `a terminal that the device has: ${terminals.join(', ')}`;
      findings.push({ path: `${path}.${phase}`, expected, found: terminal, toDo });
    }
    if (used.indexOf(terminal) !== wired.indexOf(phase)) {
      const expected = 'each terminal of the device once';
      findings.push({ path: `${path}.${phase}`, expected, found: `${terminal} again`, toDo });
    }
  }
  return findings;
}

/** The connection point must be metered on every phase, other metered circuits where a load is. */
function findMeteringMistakes(plan: SitePlan): readonly Finding[] {
  return plan.circuits.flatMap((circuit, index) => {
    const path = placeOf('circuits', index, circuit.circuitId, 'meterId');
    const isConnectionPoint = circuit.parentId === undefined;
    if (circuit.meterId === undefined) {
      if (!isConnectionPoint) return [];
      const expected = 'a meter at the connection point, or the household is invisible';
      return [{ path, expected, found: 'nothing', toDo: 'name the meter behind the cut-out' }];
    }
    const first = plan.circuits.find((other) => other.meterId === circuit.meterId);
    if (first !== undefined && first !== circuit) {
      const found = `${show(circuit.meterId)}, as for ${first.circuitId}`;
      return [{ path, expected: 'a meter of its own for each circuit', found, toDo: 'correct one of them' }];
    }
    const meter = plan.meters.find((each) => each.meterId === circuit.meterId);
    if (meter === undefined) return [];
    const loads = loadsBehind(plan, circuit);
    const unseen = plan.phases.filter(
      (phase) =>
        meter.phaseMap[phase] === undefined &&
        (isConnectionPoint || loads.some((load) => isOnPhase(load, phase))),
    );
    if (unseen.length === 0) return [];
    return [
      {
        path,
        expected: 'a meter that sees every phase that is used here',
        found: `${show(meter.meterId)}, which does not see ${unseen.join(', ')}`,
        toDo: 'add the phase to the phaseMap of the meter, or use a meter with more phases',
      },
    ];
  });
}

/** Channels and charge points that two loads claim, channels that the relay does not have. */
function findSharingMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, load] of plan.loads.entries()) {
    const before = plan.loads.slice(0, index).filter((other) => other.deviceId === load.deviceId);
    if (hasLevel(load)) {
      const owner = before.find((other) => other.kind === load.kind);
      if (owner === undefined) continue;
      findings.push({
        path: placeOf('loads', index, load.loadId, 'deviceId'),
        expected: `a device of its own for each ${load.kind}`,
        found: `${show(load.deviceId)}, as for ${owner.loadId}`,
        toDo: 'remove one of the loads, or correct its device',
      });
      continue;
    }
    const path = placeOf('loads', index, load.loadId, 'relayChannel');
    const owner = before.find((other) => !hasLevel(other) && other.relayChannel === load.relayChannel);
    if (owner !== undefined) {
      findings.push({
        path,
        expected: 'a relay channel of its own for each load',
        found: `${load.relayChannel} of ${show(load.deviceId)}, as for ${owner.loadId}`,
        toDo: 'correct the channel of one of them',
      });
    }
    const profile = plan.devices.find((device) => device.deviceId === load.deviceId)?.profile;
    const channels = profile === undefined ? undefined : profiles.get(profile)?.relayChannels;
    const hasChannel =
      channels === undefined || (load.relayChannel >= channels.first && load.relayChannel <= channels.last);
    if (channels !== undefined && !hasChannel) {
      findings.push({
        path,
        expected: `a channel from ${channels.first} to ${channels.last}, which the relay has`,
        found: show(load.relayChannel),
        toDo: 'correct the channel',
      });
    }
  }
  return findings;
}

/** A generator that is to be limited needs a device that takes a limit. */
function findLimitMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  return plan.loads.flatMap((load, index) => {
    if (load.kind !== 'limitedGenerator') return [];
    const profile = plan.devices.find((device) => device.deviceId === load.deviceId)?.profile;
    const facts = profile === undefined ? undefined : profiles.get(profile);
    if (facts === undefined || facts.takesPowerLimit) return [];
    return [
      {
        path: placeOf('loads', index, load.loadId, 'deviceId'),
        expected: 'a device that takes a power limit',
        found: `${show(load.deviceId)}, whose profile ${show(profile)} has no such command`,
        toDo: 'use another device, or make it a switchedGenerator behind a contactor',
      },
    ];
  });
}

/** An observed switch needs a device that has the input or contact it is seen at. */
function findObservationMistakes(plan: SitePlan, profiles: ProfileCatalogue): readonly Finding[] {
  return (plan.observedSwitches ?? []).flatMap((seen, index) => {
    const profile = plan.devices.find((device) => device.deviceId === seen.deviceId)?.profile;
    const facts = profile === undefined ? undefined : profiles.get(profile);
    if (facts === undefined) return [];
    const { first, last } = facts.relayChannels ?? { first: 1, last: 0 };
    const known =
      seen.seenAt === 'input'
        ? (facts.inputs ?? [])
        : Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    if (known.includes(seen.channel)) return [];
    return [
      {
        path: placeOf('observedSwitches', index, seen.switchId, 'channel'),
        expected: `one that ${show(seen.deviceId)} has: ${known.join(', ') || 'but it has none'}`,
        found: `${seen.seenAt} ${seen.channel}`,
        toDo: 'correct the channel, seenAt, or the device',
      },
    ];
  });
}
