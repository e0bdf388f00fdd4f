import type { Bus } from '../contract/bus.ts';
import type { LocalWire } from '../contract/wire.ts';
import type { Now } from '../domain/instant.ts';
import type { DevicePlan, SitePlan } from '../domain/sitePlan.ts';
import { type ModbusLine, TURNAROUND_CLASSES_MS } from '../ports/modbusLine.ts';
import { findBusHints } from './busHints.ts';

export interface BusFacts {
  readonly site: SitePlan;
  readonly now: Now;
  /** The line that a device is on; devices of one serial line share it. */
  readonly lineOf: (device: DevicePlan) => ModbusLine | undefined;
}

/** The bus doctor's picture: what every line and unit did since the start, and what that points to. */
export function describeBus({ site, now, lineOf }: BusFacts): Bus {
  const onLine = new Map<ModbusLine, DevicePlan[]>();
  for (const device of site.devices) {
    const line = lineOf(device);
    if (line !== undefined) onLine.set(line, [...(onLine.get(line) ?? []), device]);
  }
  return {
    schema: 'loadgate.bus/1',
    siteId: site.siteId,
    at: new Date(now.utcMs).toISOString(),
    runningMs: now.runningMs,
    turnaroundClassesMs: [...TURNAROUND_CLASSES_MS],
    lines: [...onLine].flatMap(([line, devices]) => {
      const [first] = devices;
      const wire = first && wireOf(first, site);
      return wire === undefined || wire.kind === 'han' ? [] : [describeLine(line, wire, devices)];
    }),
  };
}

type ModbusWire = Exclude<LocalWire, { kind: 'han' }>;

function describeLine(
  line: ModbusLine,
  wire: ModbusWire,
  devices: readonly DevicePlan[],
): Bus['lines'][number] {
  const { units, ...counters } = line.statistics();
  const isOpen = line.isOpen();
  const hints = findBusHints({ kind: wire.kind, isOpen, statistics: { ...counters, units } });
  return {
    wire,
    isOpen,
    ...counters,
    units: units.map(({ turnaround, ...unit }) => ({
      ...unit,
      turnaround: [...turnaround],
      deviceIds: devices.filter((device) => device.unit === unit.unit).map(({ deviceId }) => deviceId),
    })),
    hints: hints.map((hint) => ({ ...hint, units: [...hint.units] })),
  };
}

/** How a device of the plan is reached. The plan was checked: its line is in it. */
export function wireOf({ connection }: DevicePlan, site: SitePlan): LocalWire {
  if (connection.kind !== 'serial') return { ...connection };
  const line = site.lines.find(({ lineId }) => lineId === connection.lineId);
  if (line === undefined) throw new RangeError(`the line ${connection.lineId} is not in the site plan`);
  return { kind: 'serial', ...line };
}
