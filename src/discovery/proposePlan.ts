import type { DevicePlan, SerialLine } from '../domain/sitePlan.ts';
import type { Profile } from '../profiles/profile.ts';
import type { FoundUnit } from './findings.ts';
import type { Proposal } from './identify.ts';
import { linksOf } from './links.ts';
import { isSameSetting } from './serialSettings.ts';
import type { SerialWire } from './wire.ts';

/** The part of a site plan that a scan can write. */
export interface ProposedPlan {
  readonly lines: readonly SerialLine[];
  readonly devices: readonly DevicePlan[];
  /** What a person has to settle before it can be used, in sentences. */
  readonly remarks: readonly string[];
}

const BEHIND_BRIDGE =
  'it is behind a bridge to a serial line, and its profile has no TCP link; put it on a line of the gateway, or add the link to `otherLinks`';

/** Lines and devices for a site plan, each unit with its best proposal; ready to be copied. */
export function proposePlan(found: readonly FoundUnit[]): ProposedPlan {
  const lines: SerialLine[] = [];
  const devices: DevicePlan[] = [];
  const remarks: string[] = [];
  for (const { wire, unit, proposals } of found) {
    for (const { profile, role, certainty, obstacles } of proposals) {
      if (role === 'alternative') continue;
      const deviceId = freeId(profile.id, devices);
      const connection =
        wire.kind === 'tcp'
          ? { kind: 'tcp' as const, host: wire.host, port: wire.port }
          : { kind: 'serial' as const, lineId: lineFor(wire, lines) };
      const alike = devices.find((other) => isAlike(other, profile, connection));
      if (alike !== undefined)
        remarks.push(`${deviceId}: may be ${alike.deviceId} under another number; compare their values`);
      devices.push({ deviceId, profile: profile.id, connection, unit });
      if (certainty !== 'certain')
        remarks.push(`${deviceId}: check the model${otherwise(proposals, profile)}`);
      if (wire.kind === 'tcp' && linksOf(profile).every(({ transport }) => transport === 'rtu'))
        remarks.push(`${deviceId}: ${BEHIND_BRIDGE}`);
      remarks.push(...obstacles.map((obstacle) => `${deviceId}: ${obstacle}`));
    }
  }
  for (const path of new Set(lines.map((line) => line.path))) {
    if (lines.filter((line) => line.path === path).length > 1)
      remarks.push(`${path}: its units speak differently; set them all to one speed and parity`);
  }
  return { lines, devices, remarks };
}

/** A network device that answers to two numbers, or two sockets of one: only a person can tell. */
function isAlike(other: DevicePlan, profile: Profile, connection: DevicePlan['connection']): boolean {
  const isOnNetwork = linksOf(profile).some(({ transport }) => transport === 'tcp');
  if (!isOnNetwork || other.profile !== profile.id) return false;
  return (
    connection.kind === 'tcp' &&
    other.connection.kind === 'tcp' &&
    other.connection.host === connection.host &&
    other.connection.port === connection.port
  );
}

function otherwise(proposals: readonly Proposal[], { data }: Profile): string {
  const others = proposals.filter(
    ({ role, profile }) => role === 'alternative' && profile.data.kind === data.kind,
  );
  return others.length === 0
    ? ''
    : `; it may be ${others.map(({ profile }) => profile.id).join(' or ')} instead`;
}

function lineFor({ kind: _, ...wire }: SerialWire, lines: SerialLine[]): string {
  const known = lines.find((line) => line.path === wire.path && isSameSetting(line, wire));
  if (known !== undefined) return known.lineId;
  const lineId = `line-${lines.length + 1}`;
  const { path, baudRate, parity, stopBits } = wire;
  lines.push({ lineId, path, baudRate, parity, stopBits });
  return lineId;
}

function freeId(wanted: string, devices: readonly DevicePlan[]): string {
  const isTaken = (id: string): boolean => devices.some(({ deviceId }) => deviceId === id);
  if (!isTaken(wanted)) return wanted;
  let number = 2;
  while (isTaken(`${wanted}-${number}`)) number++;
  return `${wanted}-${number}`;
}
