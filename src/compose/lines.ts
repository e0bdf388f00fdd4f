import { openRtuLine } from '../adapters/modbus/rtuLine.ts';
import { openTcpLine } from '../adapters/modbus/tcpLine.ts';
import type { DevicePlan, SitePlan } from '../domain/sitePlan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ModbusLine } from '../ports/modbusLine.ts';
import type { Profile } from '../profiles/profile.ts';

/** One line per serial port and one per network device, by the id that the devices find them under. */
export function openLines(
  site: SitePlan,
  profiles: ReadonlyMap<string, Profile>,
  clock: Clock,
  log: Log,
): Map<string, ModbusLine> {
  const lines = new Map<string, ModbusLine>();
  for (const { lineId, ...plan } of site.lines) {
    lines.set(lineId, openRtuLine({ ...plan, clock, log: log.child({ lineId }) }));
  }
  for (const plan of site.devices) {
    const { connection, deviceId } = plan;
    const lineId = lineIdOf(plan);
    if (connection.kind !== 'tcp' || lines.has(lineId)) continue;
    const { host, port } = connection;
    const options = { reconnectMs: longestRestOf(lineId, site, profiles) };
    lines.set(lineId, openTcpLine({ host, port, clock, log: log.child({ deviceId }), options }));
  }
  return lines;
}

/** A maker's rest before the next connection counts for whoever else is behind the same socket. */
function longestRestOf(lineId: string, site: SitePlan, profiles: ReadonlyMap<string, Profile>): number {
  const behind = site.devices.filter((plan) => lineIdOf(plan) === lineId);
  return Math.max(0, ...behind.map(({ profile }) => profiles.get(profile)?.data.timing.reconnectMs ?? 0));
}

function tcpLineId(host: string, port: number): string {
  return `${host}:${port}`;
}

/** Empty for a device that is on no line, such as a switch behind a radio. */
export function lineIdOf({ connection }: Pick<DevicePlan, 'connection'>): string {
  if (connection.kind === 'tcp') return tcpLineId(connection.host, connection.port);
  return connection.kind === 'serial' ? connection.lineId : '';
}
