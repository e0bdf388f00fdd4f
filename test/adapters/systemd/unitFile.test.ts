import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const UNIT = new URL('../../../systemd/loadgate.service', import.meta.url);

/** Section and directive of each line, with all the values given to it. */
function parseUnit(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[(\w+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`not a directive: ${line}`);
    const key = `${section}.${name}`;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return values;
}

const unit = parseUnit(readFileSync(UNIT, 'utf8'));

describe('the unit of the gateway', () => {
  it.each([
    ['Type', 'notify'],
    ['NotifyAccess', 'all'],
    ['Restart', 'always'],
    ['StateDirectory', 'loadgate'],
    ['RuntimeDirectory', 'loadgate'],
    ['User', 'loadgate'],
    ['SupplementaryGroups', 'dialout'],
    ['NoNewPrivileges', 'yes'],
    ['CapabilityBoundingSet', ''],
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'yes'],
    ['PrivateTmp', 'yes'],
    ['ProcSubset', 'pid'],
    ['ProtectProc', 'invisible'],
    ['ProtectClock', 'yes'],
    ['ProtectKernelModules', 'yes'],
    ['ProtectKernelTunables', 'yes'],
    ['ProtectControlGroups', 'yes'],
    ['RestrictNamespaces', 'yes'],
    ['RestrictSUIDSGID', 'yes'],
    ['LockPersonality', 'yes'],
    ['SystemCallArchitectures', 'native'],
    ['DevicePolicy', 'closed'],
  ])('sets %s=%s', (name, value) => {
    expect(unit.get(`Service.${name}`)).toEqual([value]);
  });

  it('is restarted when no cycle has ended for ten seconds', () => {
    expect(unit.get('Service.WatchdogSec')).toEqual(['10']);
    expect(unit.get('Unit.StartLimitIntervalSec')).toEqual(['0']);
  });

  it('reaches serial ports and no other device', () => {
    expect(unit.get('Service.DeviceAllow')).toEqual([
      'char-ttyUSB rw',
      'char-ttyACM rw',
      'char-ttyAMA rw',
      'char-ttyS rw',
    ]);
    expect(unit.has('Service.PrivateDevices')).toBe(false);
  });

  it('may call what a service needs and nothing privileged', () => {
    expect(unit.get('Service.SystemCallFilter')).toEqual(['@system-service', '~@privileged @resources']);
  });

  it('lets the runtime compile, which MemoryDenyWriteExecute would end with SIGTRAP', () => {
    expect(unit.has('Service.MemoryDenyWriteExecute')).toBe(false);
  });

  it('waits neither for the network nor for the clock', () => {
    const order = [...(unit.get('Unit.After') ?? []), ...(unit.get('Unit.Wants') ?? [])].join(' ');
    expect(order).not.toMatch(/network|time-sync/);
  });
});
