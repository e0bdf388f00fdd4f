import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FoundUnit, ScanEvent } from '../../src/discovery/findings.ts';
import { serialProbes, tcpPorts, tcpUnits } from '../../src/discovery/probes.ts';
import { proposePlan } from '../../src/discovery/proposePlan.ts';
import { scanNetwork } from '../../src/discovery/scanNetwork.ts';
import type { ScanParts } from '../../src/discovery/scanParts.ts';
import { scanSerial } from '../../src/discovery/scanSerial.ts';
import { COMMON_SETTINGS } from '../../src/discovery/serialSettings.ts';
import { describeSetting, describeWire, type Wire } from '../../src/discovery/wire.ts';
import { Workload } from '../../src/discovery/workload.ts';
import type { ModbusResult } from '../../src/ports/modbusLine.ts';
import { loadProfiles } from '../../src/profiles/loadProfiles.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { drive, image, RegisterLine, textWords, type UnitImage } from './registerLine.ts';

const profiles = [...loadProfiles(join(import.meta.dirname, '../../drivers')).profiles.values()];
const EM111: UnitImage = { 4: image(0x000b, [101]) };
const KEBA: UnitImage = { 3: image(1016, [0x0004, 0xbb7d]) };
const PATH = '/dev/ttyUSB0';
const SETTINGS = COMMON_SETTINGS.slice(0, 3);
const DAMAGED: ModbusResult = { ok: false, fault: 'device-bad-reply', detail: 'damaged' };

/** Units by the wire that they are on. */
type House = Readonly<Record<string, Readonly<Record<number, UnitImage>>>>;

let clock = new SteppedClock();
let events: ScanEvent[] = [];
let opened: { readonly wire: Wire; readonly line: RegisterLine }[] = [];
let isStopped = false;
beforeEach(() => {
  clock = new SteppedClock();
  events = [];
  opened = [];
  isStopped = false;
});

function partsFor(
  house: House,
  adjust: (line: RegisterLine, wire: Wire) => void = () => undefined,
): ScanParts {
  return {
    profiles,
    clock,
    workload: new Workload(clock),
    isStopped: () => isStopped,
    onEvent: (event) => events.push(event),
    readValues: async () => ({}),
    openForReading: (wire) => {
      const units = Object.entries(house[describeWire(wire)] ?? {});
      const line = new RegisterLine(clock, new Map(units.map(([unit, held]) => [Number(unit), held])));
      adjust(line, wire);
      opened.push({ wire, line });
      return line;
    },
  };
}

const found = (): readonly FoundUnit[] =>
  events.flatMap((event) => (event.kind === 'found' ? [event.unit] : []));
const places = (): readonly string[] => found().map(({ wire, unit }) => `${describeWire(wire)} ${unit}`);

describe('a scan of a serial line', () => {
  const plan = { path: PATH, settings: SETTINGS, addresses: [1, 2, 3] };

  it('finds every unit at its own setting, and what only refuses is found as well', async () => {
    const house = { [`${PATH} 9600 8N1`]: { 2: EM111 }, [`${PATH} 9600 8E1`]: { 3: {} } };
    await drive(clock, scanSerial(plan, partsFor(house)));
    expect(places()).toEqual([`${PATH} 9600 8N1 2`, `${PATH} 9600 8E1 3`]);
    expect(found().map(({ proposals }) => proposals[0]?.profile.id)).toEqual([
      'carlo-gavazzi-em111',
      undefined,
    ]);
  });

  it('asks nothing but functions 1 to 4, closes every wire, and asks a unit no more once it was met', async () => {
    const house = { [`${PATH} 9600 8N1`]: { 2: EM111 } };
    await drive(clock, scanSerial(plan, partsFor(house)));
    const requests = opened.flatMap(({ line }) => line.requests);
    expect(requests.filter(({ functionCode }) => functionCode > 4)).toEqual([]);
    expect(opened.every(({ line }) => line.isClosed)).toBe(true);
    expect(opened[1]?.line.requests.some(({ unit }) => unit === 2)).toBe(false);
    expect(opened[1]?.line.requests.some(({ unit }) => unit === 3)).toBe(true);
  });

  it('says at which setting something is heard that nobody can understand', async () => {
    const noisy = (line: RegisterLine, wire: Wire): void => {
      if (wire.kind === 'serial' && wire.parity === 'even' && wire.baudRate === 9600) line.missing = DAMAGED;
    };
    await drive(clock, scanSerial(plan, partsFor({}, noisy)));
    const garbage = events.flatMap((event) =>
      event.kind === 'garbage' ? [describeSetting(event.setting)] : [],
    );
    expect(garbage).toEqual(['9600 8E1']);
  });

  it('gives a line on which answers come late a second, more patient pass', async () => {
    const late = (line: RegisterLine): void => {
      line.counters = { wrongUnit: 1 };
    };
    await drive(clock, scanSerial({ ...plan, settings: SETTINGS.slice(0, 1) }, partsFor({}, late)));
    const waits = new Set(opened[0]?.line.requests.map(({ timeoutMs }) => timeoutMs));
    expect([...waits]).toHaveLength(2);
    expect(Math.max(...waits)).toBe(3 * Math.min(...waits));
  });

  it('a port that is not there ends the search of that port, with a sentence', async () => {
    const closed = (line: RegisterLine): void => {
      line.opensAfterMs = Number.POSITIVE_INFINITY;
    };
    await drive(clock, scanSerial(plan, partsFor({}, closed)));
    expect(opened).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ kind: 'unreachable', detail: 'nowhere: there is no such port' });
  });

  it('ends when it is told to, with what was found until then', async () => {
    const house = { [`${PATH} 9600 8N1`]: { 1: EM111, 2: EM111, 3: EM111 } };
    const parts = partsFor(house);
    const stopping = {
      ...parts,
      onEvent: (event: ScanEvent) => {
        events.push(event);
        if (event.kind === 'found') isStopped = true;
      },
    };
    await drive(clock, scanSerial(plan, stopping));
    expect(places()).toEqual([`${PATH} 9600 8N1 1`]);
    expect(opened).toHaveLength(1);
  });

  it('knows beforehand how long it takes when nobody is there, within a tenth', async () => {
    const parts = partsFor({});
    const work = scanSerial({ ...plan, settings: COMMON_SETTINGS }, parts);
    await clock.advance(0);
    const expectedMs = parts.workload.progress().remainingMs;
    await drive(clock, work);
    expect(parts.workload.progress()).toEqual({ triedShare: 1, remainingMs: 0 });
    expect(clock.runningMs()).toBeGreaterThan(expectedMs * 0.6);
    expect(clock.runningMs()).toBeLessThan(expectedMs * 1.1);
  });

  it('asks a unit that is silent off its registers for those of the models that ship with just this address', () => {
    const [setting] = COMMON_SETTINGS;
    const first = setting === undefined ? [] : serialProbes(setting, 1, profiles);
    const other = setting === undefined ? [] : serialProbes(setting, 9, profiles);
    expect(first.length).toBeGreaterThan(other.length);
    expect(other.map(({ functionCode }) => functionCode)).toEqual([
      ...new Set(other.map((p) => p.functionCode)),
    ]);
    expect(first).toContainEqual({ functionCode: 4, address: 0x000b, count: 1 });
  });
});

describe('a scan of a network', () => {
  const plan = { hosts: ['10.0.0.1', '10.0.0.2'], ports: [502], units: [], areNamed: false };

  it('asks the units that the profiles name', () => {
    expect(tcpPorts(profiles)).toEqual(expect.arrayContaining([502, 1502, 4196]));
    expect(tcpUnits(502, profiles)).toEqual(expect.arrayContaining([1, 255, 200, 126, 3, 100]));
    expect(tcpUnits(502, profiles)).not.toContain(0);
  });

  it('finds a device behind its address and unit', async () => {
    await drive(clock, scanNetwork(plan, partsFor({ '10.0.0.2:502': { 255: KEBA } })));
    expect(places()).toEqual(['10.0.0.2:502 255']);
    expect(found()[0]?.proposals[0]?.profile.id).toBe('keba-p30');
    expect(opened.every(({ line }) => line.isClosed)).toBe(true);
  });

  it('a device that takes any unit number is one find, under its maker’s', async () => {
    const any = Object.fromEntries(tcpUnits(502, profiles).map((unit) => [unit, KEBA]));
    await drive(clock, scanNetwork(plan, partsFor({ '10.0.0.2:502': any })));
    expect(places()).toEqual(['10.0.0.2:502 255']);
    const asked = new Set(opened[1]?.line.requests.map(({ unit }) => unit));
    expect([...asked]).toEqual([255]);
  });

  it('a number that answers alike is told, and the maker’s own is the one for the plan', async () => {
    const both = { '10.0.0.2:502': { 30: KEBA, 255: KEBA, 31: KEBA } };
    await drive(clock, scanNetwork({ ...plan, units: [30, 31] }, partsFor(both)));
    expect(found().map(({ unit, alsoUnits }) => [unit, ...alsoUnits])).toEqual([[255, 30, 31]]);

    events = [];
    const sma: UnitImage = { 3: image(30_201, [0, 307]) };
    const elsewhere = { '10.0.0.2:9999': { 1: sma, 3: sma } };
    await drive(clock, scanNetwork({ ...plan, ports: [9_999] }, partsFor(elsewhere)));
    expect(found().map(({ unit, alsoUnits }) => [unit, ...alsoUnits])).toEqual([[3, 1]]);
  });

  it('two numbers that a maker gives out are two finds: they may be two sockets, which a person is told', async () => {
    const charx: UnitImage = { 3: image(100, textWords('CHARX SEC-3100', 10)) };
    await drive(clock, scanNetwork(plan, partsFor({ '10.0.0.2:502': { 1: charx, 255: charx } })));
    expect(found().map(({ unit }) => unit)).toEqual([255, 1]);
    expect(proposePlan(found()).remarks).toContain(
      'phoenix-charx-2: may be phoenix-charx under another number; compare their values',
    );
  });

  it('devices that take one client and make it wait are asked for first, and spared once they are found', async () => {
    expect([tcpUnits(502, profiles)[0], tcpUnits(9_999, profiles)[0]]).toEqual([255, 255]);
    const vestel: UnitImage = {
      3: image(2002, [20]),
      4: { 404: 1, ...image(1000, [1, 1, 0, 0, 1]) },
    };
    await drive(clock, scanNetwork(plan, partsFor({ '10.0.0.2:502': { 255: vestel } })));
    expect(found()[0]?.proposals[0]?.profile.id).toBe('vestel-evc04');
    expect(new Set(opened[1]?.line.requests.map(({ unit }) => unit))).toEqual(new Set([255]));
  });

  it('meters behind a bridge are as many as there are, also of one model; --addresses reaches them', async () => {
    const bridge = { '10.0.0.2:502': { 1: EM111, 2: EM111, 30: EM111 } };
    await drive(clock, scanNetwork({ ...plan, units: [30] }, partsFor(bridge)));
    expect(places()).toEqual(['10.0.0.2:502 1', '10.0.0.2:502 2', '10.0.0.2:502 30']);
    const remarks = proposePlan(found()).remarks.filter((remark) => remark.includes('behind a bridge'));
    expect(remarks).toHaveLength(3);
  });

  it('a bridge that refuses in place of a unit is not that unit', async () => {
    const refusing = (line: RegisterLine): void => {
      line.missing = { ok: false, fault: 'device-exception', detail: 'no target', exceptionCode: 11 };
    };
    await drive(clock, scanNetwork(plan, partsFor({}, refusing)));
    expect(found()).toEqual([]);
  });

  it('says why a host that was named cannot be reached, once for all its ports', async () => {
    const closed = (line: RegisterLine): void => {
      line.opensAfterMs = Number.POSITIVE_INFINITY;
    };
    await drive(clock, scanNetwork({ ...plan, ports: [502, 1502], areNamed: true }, partsFor({}, closed)));
    expect(events.filter(({ kind }) => kind === 'unreachable')).toHaveLength(2);
  });

  it('a host that is reached at one of its ports is not called unreachable for the others', async () => {
    const half = (line: RegisterLine, wire: Wire): void => {
      if (wire.kind === 'tcp' && wire.port === 1502) line.opensAfterMs = Number.POSITIVE_INFINITY;
    };
    await drive(clock, scanNetwork({ ...plan, ports: [502, 1502], areNamed: true }, partsFor({}, half)));
    expect(events.filter(({ kind }) => kind === 'unreachable')).toEqual([]);
  });
});

describe('the piece of site plan', () => {
  it('names each line and device once, and what a person has to settle', async () => {
    const house = {
      [`${PATH} 9600 8N1`]: { 1: EM111, 2: EM111, 3: {} },
      [`${PATH} 19200 8E1`]: { 4: EM111 },
    };
    const plan = { path: PATH, settings: SETTINGS, addresses: [1, 2, 3, 4] };
    await drive(clock, scanSerial(plan, partsFor(house)));
    const { lines, devices, remarks } = proposePlan(found());
    expect(lines).toEqual([
      { lineId: 'line-1', path: PATH, baudRate: 9600, parity: 'none', stopBits: 1 },
      { lineId: 'line-2', path: PATH, baudRate: 19200, parity: 'even', stopBits: 1 },
    ]);
    expect(devices.map(({ deviceId, unit }) => `${deviceId} ${unit}`)).toEqual([
      'carlo-gavazzi-em111 1',
      'carlo-gavazzi-em111-2 2',
      'carlo-gavazzi-em111-3 4',
    ]);
    expect(remarks).toContainEqual(expect.stringContaining('set them all to one speed'));
    expect(remarks).toContainEqual(expect.stringMatching(/^carlo-gavazzi-em111: ./));
  });
});
