import type { AreaSummary } from '../../../contract/desk.ts';

interface Total {
  readonly homes: number;
  readonly consenting: number;
  readonly reachable: number;
  /** Undefined while no home has fresh figures. */
  readonly importW: number | undefined;
  readonly chargePointsW: number | undefined;
  readonly unknown: number;
}

/** Over the feeders alone: a home behind a substation is on a feeder as well and must not count twice. */
export function totalOf(areas: readonly AreaSummary[]): Total {
  const feeders = areas.filter(({ kind }) => kind === 'feeder');
  const sum = (figure: (area: AreaSummary) => number) =>
    feeders.reduce((total, area) => total + figure(area), 0);
  const isKnown = feeders.some(({ load }) => load.known > 0);
  return {
    homes: sum(({ homes }) => homes),
    consenting: sum(({ consenting }) => consenting),
    reachable: sum(({ reachable }) => reachable),
    importW: isKnown ? sum(({ load }) => load.importW) : undefined,
    chargePointsW: isKnown ? sum(({ load }) => load.chargePointsW) : undefined,
    unknown: sum(({ load }) => load.unknown),
  };
}

/** Those whose name holds the words that are looked for: under a notice first, then the heaviest. */
export function chooseAreas(areas: readonly AreaSummary[], search: string): readonly AreaSummary[] {
  const wanted = search.trim().toLowerCase();
  return areas
    .filter(({ areaId, kind }) => `${kind} ${areaId}`.includes(wanted))
    .toSorted(
      (one, other) =>
        other.liveNotices.length - one.liveNotices.length ||
        other.load.importW - one.load.importW ||
        one.areaId.localeCompare(other.areaId),
    );
}
