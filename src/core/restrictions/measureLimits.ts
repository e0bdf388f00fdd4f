import type { Limit } from '../../domain/limit.ts';
import type { Measure, RestrictionNotice } from '../../domain/restriction.ts';
import type { ChargePointPlan, LoadPlan, SitePlan, SwitchedLoadPlan } from '../../domain/sitePlan.ts';

/** A ceiling that a measure comes to at this home: on the connection point, or on one load. */
interface Ceiling extends Pick<Limit, 'direction' | 'basis' | 'ceiling'> {
  readonly load?: LoadPlan;
}

export interface MeasureAtHome {
  readonly ceilings: readonly Ceiling[];
  /** Loads that the measure means and that the site plan keeps above it. */
  readonly flooredLoadIds: readonly string[];
}

/** What a measure comes to at this home: floors of the measure and of the site plan are kept. */
export function measureAt(site: SitePlan, measure: Measure): MeasureAtHome {
  switch (measure.kind) {
    case 'importCeiling':
    case 'exportCeiling': {
      const direction = measure.kind === 'importCeiling' ? 'import' : 'export';
      const ceiling = Math.max(measure.ceiling, measure.floor ?? 0);
      return { ceilings: [{ direction, basis: measure.basis, ceiling }], flooredLoadIds: [] };
    }
    case 'chargePointCeiling':
      return joined(
        site.loads
          .filter((load): load is ChargePointPlan => load.kind === 'chargePoint')
          .map((load) => chargePointAt(load, measure)),
      );
    case 'loadSwitchOpen':
      return joined(
        site.loads
          .filter((load): load is SwitchedLoadPlan => load.kind === 'switchedLoad')
          .map((load) =>
            load.floor === 'closed'
              ? { ceilings: [], flooredLoadIds: [load.loadId] }
              : { ceilings: [ownCeiling(load, 0)], flooredLoadIds: [] },
          ),
      );
  }
}

/** The limits of rank 4 that a notice sets here while it is in force, on the running clock alone. */
export function limitsOf(
  site: SitePlan,
  { noticeId, measure, reason }: RestrictionNotice,
  { startsAtMs, endsAtMs }: { readonly startsAtMs: number; readonly endsAtMs: number },
): readonly Limit[] {
  const root = site.circuits.find(({ parentId }) => parentId === undefined);
  const { ceilings } = measureAt(site, measure);
  return ceilings.map(({ load, ...ceiling }, index) => ({
    limitId: `${limitPrefixOf(noticeId)}${index + 1}`,
    source: 'restrictionNotice',
    circuitId: load?.circuitId ?? root?.circuitId ?? '',
    ...(load === undefined ? {} : { loadId: load.loadId }),
    ...ceiling,
    validFromMs: startsAtMs,
    validUntilMs: endsAtMs,
    reason,
  }));
}

/** What the ids of all limits of a notice begin with. */
export function limitPrefixOf(noticeId: string): string {
  return `notice:${noticeId}:`;
}

function chargePointAt(
  load: ChargePointPlan,
  { ceilingA, percentOfRating, floor }: Extract<Measure, { kind: 'chargePointCeiling' }>,
): MeasureAtHome {
  const askedA = Math.max(ceilingA ?? ((percentOfRating ?? 100) / 100) * load.ratingA, floor ?? 0);
  const leftA = Math.max(askedA, load.floorA);
  const flooredLoadIds = leftA > askedA ? [load.loadId] : [];
  return { ceilings: leftA < load.ratingA ? [ownCeiling(load, leftA)] : [], flooredLoadIds };
}

function ownCeiling(load: LoadPlan, ceilingA: number): Ceiling {
  return { load, direction: 'import', basis: 'phaseCurrentA', ceiling: ceilingA };
}

function joined(parts: readonly MeasureAtHome[]): MeasureAtHome {
  return {
    ceilings: parts.flatMap(({ ceilings }) => ceilings),
    flooredLoadIds: parts.flatMap(({ flooredLoadIds }) => flooredLoadIds),
  };
}
