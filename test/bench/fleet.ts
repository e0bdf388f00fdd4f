import { type FleetNotice, runFleetNotice } from './fleetNotice.ts';
import type { Figure, Measurement } from './report.ts';
import { spreadOf } from './statistics.ts';

/** The largest feeder of DCP 371. */
const AREA = 250;
const SIZES = { full: [1_000, 2_500, 5_000, 10_000], short: [1_000] };
/** Each size does the same work for each gateway: what is more than linear shows as more than 1. */
const MOST_EXPONENT = 1.1;

/**
 * One rehearsal by a real desk to an area of 250 light gateways, and to fleets of up to 10,000: when it has begun
 * everywhere, what the desk needs for it, and whether anything is lost or doubled on the way.
 */
export async function measureFleet(isShort: boolean): Promise<Measurement> {
  const area = await runFleetNotice(AREA);
  const fleets: FleetNotice[] = [];
  for (const size of SIZES[isShort ? 'short' : 'full']) fleets.push(await runFleetNotice(size));
  const all = [area, ...fleets];
  const largest = fleets.at(-1) ?? area;
  const started = spreadOf(area.startedMs);
  const inArea = (name: string, key: 'median' | 'p95' | 'p99'): Figure => ({
    name: `${AREA} gateways: send to receipt "started", ${name}`,
    unit: 'ms',
    gateway: started[key],
  });
  const count = largest.gateways.toLocaleString('en-GB');
  const sum = (of: (one: FleetNotice) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    ok: true,
    title: 'fleet',
    figures: [
      inArea('median', 'median'),
      inArea('p95', 'p95'),
      inArea('p99', 'p99'),
      { name: `${count} gateways: send to all started`, unit: 's', gateway: largest.acknowledgedMs / 1_000 },
      ...growthOf(fleets),
      { name: 'receipts lost, all runs', unit: '', gateway: sum(({ lost }) => lost), target: 0 },
      { name: 'receipts doubled, all runs', unit: '', gateway: sum(({ doubled }) => doubled), target: 0 },
      { name: `desk with ${count} gateways: resident memory`, unit: 'MB', gateway: largest.desk.residentMb },
      {
        name: `desk, notice to ${count}: processor time`,
        unit: 's',
        gateway: largest.desk.processorMs / 1_000,
      },
    ],
    notes: [
      `${AREA} gateways: slowest "started" ${started.worst.toFixed(0)} ms after send; the light gateways share the cores with desk and broker`,
      `one light gateway takes ${((largest.fleet.residentMb * 1_000) / largest.gateways).toFixed(0)} kB and ${(largest.fleet.processorMs / largest.gateways).toFixed(2)} ms of processor time for a notice`,
      `to all started: ${all.map(({ gateways, acknowledgedMs }) => `${gateways} in ${(acknowledgedMs / 1_000).toFixed(1)} s`).join(', ')}`,
    ],
  };
}

/** Slope of time over size, both as logarithms, by least squares. */
function growthOf(fleets: readonly FleetNotice[]): readonly Figure[] {
  if (fleets.length < 2) return [];
  const points = fleets.map(({ gateways, acknowledgedMs }) => [Math.log(gateways), Math.log(acknowledgedMs)]);
  const mean = (place: 0 | 1): number =>
    points.reduce((sum, point) => sum + (point[place] ?? 0), 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const [over, under] = points.reduce(
    ([xy, xx], [x = 0, y = 0]) => [
      (xy ?? 0) + (x - meanX) * (y - meanY),
      (xx ?? 0) + (x - meanX) * (x - meanX),
    ],
    [0, 0],
  );
  const exponent = (over ?? 0) / (under ?? 1);
  return [
    {
      name: 'growth with gateways, 1,000 to 10,000: exponent',
      unit: '',
      gateway: exponent,
      target: MOST_EXPONENT,
    },
  ];
}
