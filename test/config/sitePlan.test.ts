import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSitePlan } from '../../src/config/checkSitePlan.ts';
import { parseJsonc } from '../../src/config/jsonc.ts';
import { catalogueOf, type ProfileCatalogue } from '../../src/config/profileFacts.ts';
import { parseSitePlan, readSitePlan } from '../../src/config/readSitePlan.ts';
import { DEFAULT_TIMING } from '../../src/domain/timing.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';

const root = join(import.meta.dirname, '../..');
const catalogue: ProfileCatalogue = new Map([...catalogueOf(loadProfiles(join(root, 'drivers')).profiles)]);

type Json = Record<string, unknown>;

/** The three-phase example with one thing changed: a path such as "loads.0.ratingA"; undefined removes it. */
function plan(changes: Json): unknown {
  const read = parseJsonc(readFileSync(join(root, 'config/site.three-phase.jsonc'), 'utf8'));
  if (!read.ok) throw new Error(read.detail);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<Json>((node, key) => node[key] as Json, read.value as Json);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return read.value;
}

function findingsOf(changes: Json) {
  const parsed = parseSitePlan(plan(changes), 'site');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.mistakes));
  return checkSitePlan(parsed.plan, catalogue);
}

function shapeMistakesOf(value: unknown) {
  const parsed = parseSitePlan(value, 'site');
  return parsed.ok ? [] : parsed.mistakes.map(({ path, expected }) => [path, expected]);
}

describe('the example site plans', () => {
  it.each(['single-phase', 'three-phase', 'solar', 'car-park'])(
    '%s has no mistake and the default timing',
    (name) => {
      const read = readSitePlan(join(root, `config/site.${name}.jsonc`));
      if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
      expect(checkSitePlan(read.plan, catalogue)).toEqual([]);
      expect(read.plan.timing).toEqual(DEFAULT_TIMING);
    },
  );
});

describe('the shape of a site plan', () => {
  it.each([
    ['siteId', 'A b', 'siteId'],
    ['revision', 0, 'revision'],
    ['phases', ['L4'], 'phases[0]'],
    ['phases', [], 'phases'],
    ['nominalVoltageV', '230', 'nominalVoltageV'],
    ['lines.0.baudRate', 9600.5, 'lines[0] (house).baudRate'],
    ['lines.0.parity', 'some', 'lines[0] (house).parity'],
    ['lines.0.stopBits', 3, 'lines[0] (house).stopBits'],
    ['devices.3.connection.port', 70_000, 'devices[3] (charge-point).connection.port'],
    ['devices.3.connection.kind', 'radio', 'devices[3] (charge-point).connection.kind'],
    ['devices.0.unit', 0, 'devices[0] (grid-meter).unit'],
    ['meters.0.isInverted', undefined, 'meters[0] (grid).isInverted'],
    ['meters.0.phaseMap', { L1: 'N' }, 'meters[0] (grid).phaseMap.L1'],
    ['circuits.0.ratingA', 0, 'circuits[0] (connection-point).ratingA'],
    ['circuits.0.derating', 1.1, 'circuits[0] (connection-point).derating'],
    ['circuits.0.derating', 0, 'circuits[0] (connection-point).derating'],
    ['circuits.0.maximumExportLimitA', -1, 'circuits[0] (connection-point).maximumExportLimitA'],
    ['loads.0.kind', 'kettle', 'loads[0] (charge-point).kind'],
    ['loads.0.floorA', '6', 'loads[0] (charge-point).floorA'],
    ['loads.0.priority', 0, 'loads[0] (charge-point).priority'],
    ['loads.2.floor', 'ajar', 'loads[2] (immersion).floor'],
    ['supply', { mpan: '2000123456081', areas: ['f12'] }, 'supply.mpan'],
    ['supply', { mpan: '2000123456080', areas: [] }, 'supply.areas'],
    ['supply', { mpan: '2000123456080', areas: ['Feeder 12'] }, 'supply.areas[0]'],
    ['restriction.longestMs', 0, 'restriction.longestMs'],
    ['restriction.objection', '', 'restriction.objection'],
    ['timing', { rampAPerS: 0 }, 'timing.rampAPerS'],
    ['timing', { meterMaxAgeMs: -1 }, 'timing.meterMaxAgeMs'],
  ])('with %s = %j is refused at its place', (path, value, place) => {
    expect(shapeMistakesOf(plan({ [path]: value })).map(([found]) => found)).toEqual([place]);
  });

  it('names an unknown key and the one that was meant', () => {
    const parsed = parseSitePlan(plan({ 'circuits.0.ratngA': 60, 'loads.0.relayChanel': 1 }), 'site');
    expect(parsed).toMatchObject({
      ok: false,
      mistakes: [
        { path: 'circuits[0] (connection-point).ratngA', toDo: 'did you mean ratingA?' },
        { path: 'loads[0] (charge-point).relayChanel', toDo: 'remove it' },
      ],
    });
  });

  it('names all mistakes at once, with what the place means', () => {
    const mistakes = shapeMistakesOf(plan({ revision: undefined, 'circuits.0.derating': 2 }));
    expect(mistakes).toEqual([
      ['revision', 'a number (counts up with every change of the plan)'],
      ['circuits[0] (connection-point).derating', expect.stringMatching(/^at most 1 \(factor on the rating/)],
    ]);
  });

  it.each([[undefined], [null], [3], ['plan'], [[]]])('is refused for %j without a crash', (value) => {
    expect(shapeMistakesOf(value)).toHaveLength(1);
  });
});

describe('the relations in a site plan', () => {
  it.each<[string, Json, string[]]>([
    [
      'a line named twice',
      { 'lines.1.lineId': 'house', 'devices.4.connection.lineId': 'house', 'devices.4.unit': 9 },
      ['lines[1] (house).lineId'],
    ],
    [
      'a device named twice',
      { 'devices.1.deviceId': 'grid-meter', 'meters.1.deviceId': 'grid-meter' },
      ['devices[1] (grid-meter).deviceId'],
    ],
    [
      'a meter named twice',
      { 'meters.1.meterId': 'grid', 'loads.2.meterId': 'grid' },
      ['meters[1] (grid).meterId'],
    ],
    [
      'a circuit named twice',
      {
        'circuits.1.circuitId': 'connection-point',
        'loads.0.circuitId': 'connection-point',
        'loads.1.circuitId': 'connection-point',
      },
      ['circuits[1] (connection-point).circuitId'],
    ],
    ['a load named twice', { 'loads.1.loadId': 'charge-point' }, ['loads[1] (charge-point).loadId']],
    [
      'a device on no line',
      { 'devices.0.connection.lineId': 'hose' },
      ['devices[0] (grid-meter).connection.lineId'],
    ],
    ['a meter of no device', { 'meters.0.deviceId': 'grid-metre' }, ['meters[0] (grid).deviceId']],
    ['a circuit fed by none', { 'circuits.1.parentId': 'nothing' }, ['circuits[1] (charging).parentId']],
    [
      'a circuit with a meter that is none',
      { 'circuits.1.meterId': 'none' },
      ['circuits[1] (charging).meterId'],
    ],
    ['a load on no device', { 'loads.0.deviceId': 'none' }, ['loads[0] (charge-point).deviceId']],
    ['a load on no circuit', { 'loads.2.circuitId': 'none' }, ['loads[2] (immersion).circuitId']],
    ['a load with a meter that is none', { 'loads.2.meterId': 'none' }, ['loads[2] (immersion).meterId']],
    ['an unknown profile', { 'devices.3.profile': 'keba-p3' }, ['devices[3] (charge-point).profile']],
    ['a meter whose device is a relay', { 'meters.1.deviceId': 'relay' }, ['meters[1] (immersion).deviceId']],
    [
      'a charge point whose device is a meter',
      { 'loads.1.deviceId': 'grid-meter' },
      ['loads[1] (second-charge-point).deviceId'],
    ],
    [
      'a switched load on a charge point',
      { 'loads.2.deviceId': 'charge-point' },
      ['loads[2] (immersion).deviceId'],
    ],
    [
      'no connection point',
      { 'circuits.0.parentId': 'charging' },
      ['circuits', 'circuits[0] (connection-point).parentId', 'circuits[1] (charging).parentId'],
    ],
    [
      'two connection points',
      { 'circuits.1.parentId': undefined },
      ['circuits', 'circuits[1] (charging).meterId'],
    ],
    [
      'a circuit that feeds itself',
      { 'circuits.1.parentId': 'charging' },
      ['circuits[1] (charging).parentId'],
    ],
    ['a phase of the supply that comes twice', { phases: ['L1', 'L2', 'L3', 'L1'] as never }, ['phases']],
    ['a serial port of two lines', { 'lines.1.path': '/dev/ttyUSB0' }, ['lines[1] (charging).path']],
    ['a unit beyond the serial ones', { 'devices.0.unit': 248 }, ['devices[0] (grid-meter).unit']],
    ['two devices on one unit', { 'devices.1.unit': 1 }, ['devices[1] (immersion-meter).unit']],
    [
      'a TCP device on a line',
      { 'devices.3.connection': { kind: 'serial', lineId: 'house' }, 'devices.3.unit': 7 },
      ['devices[3] (charge-point).connection.kind'],
    ],
    ['a load on no phase', { 'loads.2.phaseMap': {} }, ['loads[2] (immersion).phaseMap']],
    [
      'a terminal that the device lacks',
      { 'meters.1.phaseMap': { L2: 'L2' } },
      ['meters[1] (immersion).phaseMap.L2'],
    ],
    [
      'a terminal on two phases',
      { 'meters.0.phaseMap': { L1: 'L1', L2: 'L1', L3: 'L3' } },
      ['meters[0] (grid).phaseMap.L2'],
    ],
    [
      'an unmetered connection point',
      { 'circuits.0.meterId': undefined },
      ['circuits[0] (connection-point).meterId'],
    ],
    [
      'a connection point metered on two of three phases',
      { 'meters.0.phaseMap': { L1: 'L1', L2: 'L2' } },
      ['circuits[0] (connection-point).meterId'],
    ],
    ['one meter on two circuits', { 'circuits.1.meterId': 'grid' }, ['circuits[1] (charging).meterId']],
    [
      'one device for two charge points',
      { 'loads.1.deviceId': 'charge-point' },
      ['loads[1] (second-charge-point).deviceId'],
    ],
    ['one relay channel for two loads', { 'loads.3.relayChannel': 1 }, ['loads[3] (solar).relayChannel']],
    ['a relay channel that is not there', { 'loads.3.relayChannel': 9 }, ['loads[3] (solar).relayChannel']],
    [
      'a minimum below IEC 61851',
      { 'loads.1.minimumA': 5 },
      ['loads[1] (second-charge-point).minimumA', 'loads[1] (second-charge-point).minimumA'],
    ],
    ['a floor between nothing and the minimum', { 'loads.0.floorA': 3 }, ['loads[0] (charge-point).floorA']],
    [
      'a safe current above the rating',
      { 'loads.1.safeCurrentA': 20 },
      ['loads[1] (second-charge-point).safeCurrentA'],
    ],
    [
      'a fall-back current below the minimum',
      { 'loads.0.fallbackCurrentA': 5.9 },
      ['loads[0] (charge-point).fallbackCurrentA', 'loads[0] (charge-point).fallbackCurrentA'],
    ],
    [
      'a rating that the charge point does not have',
      { 'loads.1.ratingA': 32 },
      ['loads[1] (second-charge-point).ratingA'],
    ],
    [
      'a fall-back time-out that the device does not take',
      { 'loads.0.fallbackTimeoutMs': 4_000 },
      ['loads[0] (charge-point).fallbackTimeoutMs'],
    ],
    [
      'fall-back currents over a circuit rating',
      { 'loads.0.fallbackCurrentA': 32, 'loads.1.fallbackCurrentA': 16 },
      ['circuits[1] (charging).ratingA', 'circuits[1] (charging).ratingA', 'circuits[1] (charging).ratingA'],
    ],
    [
      'a safe posture over the agreed import limit',
      { 'circuits.0.maximumImportLimitA': 10, 'loads.2.safePosition': 'closed' },
      ['circuits[0] (connection-point).maximumImportLimitA'],
    ],
    [
      'a safe posture over the derated rating',
      { 'circuits.0.ratingA': 16, 'circuits.0.derating': 0.8, 'loads.2.safePosition': 'closed' },
      ['circuits[0] (connection-point).ratingA'],
    ],
    [
      'floors over a rating',
      { 'loads.2.floor': 'closed', 'circuits.0.ratingA': 12, 'circuits.0.derating': 1 },
      ['circuits[0] (connection-point).ratingA'],
    ],
    [
      'phases to be switched at a charge point on one',
      { 'loads.0.phaseSwitching': {}, 'loads.0.phaseMap': { L2: 'L1' } },
      ['loads[0] (charge-point).phaseMap'],
    ],
    [
      'phases to be switched at a device that cannot',
      { 'loads.1.phaseSwitching': {} },
      ['loads[1] (second-charge-point).phaseSwitching'],
    ],
    [
      'phases to be switched of what may not be paused',
      { 'loads.0.phaseSwitching': {}, 'loads.0.floorA': 6 },
      ['loads[0] (charge-point).floorA'],
    ],
    ['a meter given up before it is stale', { timing: { meterHoldMs: 1_000 } }, ['timing.meterHoldMs']],
    ['a meter held for longer than 5 s allow', { timing: { meterHoldMs: 4_500 } }, ['timing.meterHoldMs']],
    ['a meter frozen before it is silent', { timing: { meterFrozenMs: 2_500 } }, ['timing.meterFrozenMs']],
  ])('%s is a mistake at its place', (_, changes, places) => {
    const findings = findingsOf(changes);
    expect(findings.map((finding) => finding.path)).toEqual(places);
    for (const { expected, found, toDo } of findings) {
      expect([expected, found, toDo].every((text) => text.length > 0)).toBe(true);
    }
  });

  it('a fall-back that fills the derated rating to the last amp is none', () => {
    expect(findingsOf({ 'circuits.1.ratingA': 12, 'circuits.1.derating': 1 })).toEqual([]);
  });

  it('phases that can be switched rest for ten minutes unless the plan says otherwise, and a minute at least', () => {
    expect(findingsOf({ 'loads.0.phaseSwitching': {} })).toEqual([]);
    const parsed = parseSitePlan(plan({ 'loads.0.phaseSwitching': {} }), 'site');
    expect(parsed.ok && parsed.plan.loads[0]).toMatchObject({ phaseSwitching: { restMs: 600_000 } });
    for (const restMs of [59_999, 86_400_001, 60_000.5])
      expect(shapeMistakesOf(plan({ 'loads.0.phaseSwitching': { restMs } })), String(restMs)).toHaveLength(1);
  });

  it('a load on a phase that the supply lacks is named for every part', () => {
    const findings = findingsOf({ phases: ['L1', 'L2'] as never });
    expect(findings.map((finding) => finding.path)).toEqual([
      'meters[0] (grid).phaseMap.L3',
      'loads[0] (charge-point).phaseMap.L3',
      'loads[1] (second-charge-point).phaseMap.L3',
      'loads[3] (solar).phaseMap.L3',
    ]);
  });

  it('a connection point must be metered on every phase, even where no load of the plan is', () => {
    const findings = findingsOf({ loads: [] as never, 'meters.0.phaseMap': { L1: 'L1', L2: 'L2' } });
    expect(findings.map((finding) => finding.found)).toEqual(['"grid", which does not see L3']);
  });

  it('a circuit further down must be metered only where its loads are', () => {
    const metered = { 'circuits.1.meterId': 'immersion' };
    expect(findingsOf(metered).map((finding) => finding.found)).toEqual([
      '"immersion", which does not see L1, L3',
    ]);
    expect(
      findingsOf({ ...metered, 'loads.0.phaseMap': { L2: 'L2' }, 'loads.1.phaseMap': { L2: 'L2' } }),
    ).toEqual([]);
  });

  it('an unknown profile has an exit code of its own', () => {
    expect(findingsOf({ 'devices.3.profile': 'keba-p3' })).toMatchObject([
      { kind: 'unknownProfile', toDo: 'did you mean keba-p30?' },
    ]);
  });

  it('mistakes of different kinds are all named at once', () => {
    const findings = findingsOf({
      'devices.1.unit': 1,
      'loads.0.circuitId': 'none',
      'loads.3.relayChannel': 1,
      timing: { meterHoldMs: 4_500 },
    });
    expect(findings).toHaveLength(4);
  });
});
