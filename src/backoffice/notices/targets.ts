import type { Draft } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import { importPowerW } from '../registry/figures.ts';
import { freshFigures, type GatewayRecord } from '../registry/rules.ts';
import { expectedOf } from './forecast.ts';
import { NO_PROGRESS } from './progress.ts';
import type { TargetRow } from './store.ts';

/** Everybody whom a notice is sent to, as they stand at that moment. */
export function targetsOf(
  { measure }: Pick<Draft, 'measure'>,
  members: readonly GatewayRecord[],
  nowUtcMs: UtcMs,
): readonly TargetRow[] {
  return members.map((record) => {
    const { gatewayId, supplierId, consent } = record;
    const forecastW = expectedOf(measure, record, nowUtcMs)?.reliefW;
    const figures = freshFigures(record, nowUtcMs);
    const baselineW = figures === undefined ? undefined : importPowerW(figures);
    const target = {
      gatewayId,
      consent,
      ...(supplierId === undefined ? {} : { supplierId }),
      ...(forecastW === undefined ? {} : { forecastW }),
      ...(baselineW === undefined ? {} : { baselineW }),
    };
    return { target, progress: NO_PROGRESS };
  });
}
