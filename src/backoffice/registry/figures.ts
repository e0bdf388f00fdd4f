import type { StatusReportBody } from '../../contract/statusReport.ts';
import type { Flow, TelemetryBody } from '../../contract/telemetry.ts';
import type { UtcMs } from '../../domain/instant.ts';

/** Nominal voltage to neutral in Great Britain, V (ESQCR 2002): gateways tell currents, a distributor thinks in power. */
export const NOMINAL_VOLTAGE_V = 230;

export interface ChargePointFigures {
  readonly loadId: string;
  /** Of each phase that is measured, A. */
  readonly currentsA: readonly number[];
}

/** What a home draws, as its gateway last told. What is not known is absent. */
export interface LoadFigures {
  readonly atUtcMs: UtcMs;
  /** At the connection point, of each phase, A; import positive. Absent where one of them is not known. */
  readonly phaseCurrentsA?: readonly number[];
  /** Measured power at the connection point, W; import positive. Absent: only the currents are known. */
  readonly powerW?: number;
  /** Absent where one of them is not known; empty where there is none. */
  readonly chargePoints?: readonly ChargePointFigures[];
  /** Switched loads that are measured and closed, W together. */
  readonly switchedW: number;
  /** Closed switched loads that nothing measures. */
  readonly switchedUnmeasured: number;
}

/** @param receivedAtUtcMs a gateway whose clock is ahead does not make its figures fresher than they can be */
export function figuresOfTelemetry(body: TelemetryBody, receivedAtUtcMs: UtcMs): LoadFigures {
  const phaseCurrentsA = allMeasured((body.circuits[0]?.phases ?? []).map(({ flow }) => flow));
  const chargers = body.loads.filter(({ kind }) => kind === 'chargePoint');
  const chargePoints = chargers.flatMap(({ loadId, phases, state }) => {
    // Nothing can flow without a car, measured or not.
    const currentsA = state === 'A' ? [] : allMeasured(phases.map(({ flow }) => flow));
    return currentsA === undefined || (currentsA.length === 0 && state !== 'A')
      ? []
      : [{ loadId, currentsA }];
  });
  const switches = body.loads.filter(({ kind, state }) => kind === 'switchedLoad' && state !== 'open');
  const flows = switches.map(({ phases }) => allMeasured(phases.map(({ flow }) => flow)));
  const measured = flows.filter((each) => each !== undefined && each.length > 0);
  return {
    atUtcMs: Math.min(receivedAtUtcMs, Date.parse(body.intervalUntil)),
    ...(phaseCurrentsA === undefined || phaseCurrentsA.length === 0 ? {} : { phaseCurrentsA }),
    ...(chargePoints.length < chargers.length ? {} : { chargePoints }),
    switchedW: powerW(measured.flatMap((each) => each ?? [])),
    switchedUnmeasured: flows.length - measured.length,
  };
}

/** Coarser: a status says one current for a load, whatever its phases. Used until the first telemetry is there. */
export function figuresOfStatus(status: StatusReportBody, receivedAtUtcMs: UtcMs): LoadFigures {
  const flows = (status.circuits[0]?.phases ?? []).map(({ flowA }) => flowA);
  const known = flows.filter((flowA) => flowA !== undefined);
  const chargers = status.loads.filter(({ kind }) => kind === 'chargePoint');
  const chargePoints = chargers.flatMap(({ loadId, measuredA }) =>
    measuredA === undefined ? [] : [{ loadId, currentsA: [measuredA] }],
  );
  const switches = status.loads.filter(({ kind, inForce }) => kind === 'switchedLoad' && inForce !== 'open');
  const switchedA = switches.flatMap(({ measuredA }) => (measuredA === undefined ? [] : [measuredA]));
  return {
    atUtcMs: Math.min(receivedAtUtcMs, Date.parse(status.at)),
    ...(known.length < flows.length || flows.length === 0 ? {} : { phaseCurrentsA: known }),
    ...(status.circuits[0]?.powerW === undefined ? {} : { powerW: status.circuits[0].powerW }),
    ...(chargePoints.length < chargers.length ? {} : { chargePoints }),
    switchedW: powerW(switchedA),
    switchedUnmeasured: switches.length - switchedA.length,
  };
}

export function importPowerW(figures: LoadFigures): number | undefined {
  if (figures.powerW !== undefined) return figures.powerW;
  return figures.phaseCurrentsA === undefined ? undefined : powerW(figures.phaseCurrentsA);
}

export function chargePointsPowerW(figures: LoadFigures): number | undefined {
  return figures.chargePoints === undefined
    ? undefined
    : powerW(figures.chargePoints.flatMap(({ currentsA }) => currentsA));
}

export function powerW(currentsA: readonly number[]): number {
  return currentsA.reduce((sum, currentA) => sum + currentA, 0) * NOMINAL_VOLTAGE_V;
}

function allMeasured(flows: readonly Flow[]): readonly number[] | undefined {
  const means = flows.flatMap((flow) => (flow.state === 'measured' ? [flow.meanA] : []));
  return means.length < flows.length ? undefined : means;
}
