import type { Board, Notice } from '../../../contract/desk.ts';
import { power, powerTick } from '../../shared/format.ts';
import { clockTime } from '../../shared/instants.ts';
import { useWidth } from '../../shared/useWidth.ts';
import { drawRelief } from '../logic/reliefChart.ts';

const HEIGHT = 240;

interface ReliefChartProps {
  readonly board: Board;
  readonly notice: Notice;
}

/** Relief measured over the time of the notice, against what was forecast. */
export function ReliefChart({ board, notice }: ReliefChartProps) {
  const { ref, width } = useWidth<HTMLDivElement>(640);
  const { forecastW, measuredW, measured, unmeasured } = board.relief;
  return (
    <section class="card stack close" aria-label="Relief">
      <div class="row apart">
        <h3>Relief</h3>
        <span class="row small muted" aria-hidden="true">
          <span class="key measured">measured</span>
          <span class="key forecast">forecast</span>
        </span>
      </div>
      <div ref={ref}>
        <Drawing board={board} notice={notice} width={width} />
      </div>
      <p class="small muted">
        {board.isRehearsal ? 'In a rehearsal no load moves, so no relief is to be seen. ' : ''}
        {measuredW === undefined
          ? `Nothing is measured yet; ${power(forecastW)} was forecast.`
          : `${power(measuredW)} from ${measured} measured, against ${power(forecastW)} forecast.`}
        {unmeasured > 0 ? ` ${unmeasured} in force without figures are not counted.` : ''}
      </p>
    </section>
  );
}

function Drawing({ board, notice, width }: ReliefChartProps & { readonly width: number }) {
  // While nobody measures, the zeros of the series say nothing.
  const series = board.relief.source === 'none' ? [] : board.series;
  const points = series.map(({ at, measuredW }) => ({ atMs: Date.parse(at), valueW: measuredW }));
  const begins = Date.parse(notice.startsAt ?? notice.publishedAt ?? notice.sent?.at ?? board.at);
  const ends =
    notice.endsAt === undefined ? begins + notice.durationSeconds * 1_000 : Date.parse(notice.endsAt);
  const chart = drawRelief({
    width,
    height: HEIGHT,
    fromMs: Math.min(begins, points[0]?.atMs ?? begins),
    untilMs: Math.max(ends, points.at(-1)?.atMs ?? ends, begins + 60_000),
    forecastW: board.relief.forecastW,
    points,
  });
  const { left, right, bottom } = chart.plot;
  const label = `Relief measured ${power(board.relief.measuredW)}, forecast ${power(board.relief.forecastW)}`;
  return (
    <svg
      class="chart"
      role="img"
      aria-label={label}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
    >
      {chart.levels.map(({ value, place }) => (
        <g key={value}>
          <line class="grid" x1={left} x2={right} y1={place} y2={place} />
          <text x={left - 8} y={place + 4} text-anchor="end">
            {powerTick(value, chart.levels.at(-1)?.value ?? value)}
          </text>
        </g>
      ))}
      {chart.times.map(({ value, place }) => (
        <text key={value} x={place} y={bottom + 18} text-anchor="middle">
          {clockTime(value).slice(0, 5)}
        </text>
      ))}
      {chart.area !== '' && <path class="relief-area" d={chart.area} />}
      <line class="zero" x1={left} x2={right} y1={chart.zeroY} y2={chart.zeroY} />
      <line class="forecast" x1={left} x2={right} y1={chart.forecastY} y2={chart.forecastY} />
      {chart.line !== '' && <path class="relief-line" d={chart.line} />}
      {chart.head !== undefined && <circle class="relief-head" cx={chart.head.x} cy={chart.head.y} r={4} />}
    </svg>
  );
}
