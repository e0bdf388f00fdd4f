/** Where the chart of relief draws what, in the units of its view box. */

export interface ChartPoint {
  readonly atMs: number;
  readonly valueW: number;
}

export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly forecastW: number;
  readonly points: readonly ChartPoint[];
}

export interface ChartTick {
  readonly place: number;
  readonly value: number;
}

export interface Chart {
  readonly plot: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  /** Commands of an SVG path; empty without points. */
  readonly line: string;
  readonly area: string;
  readonly forecastY: number;
  readonly zeroY: number;
  /** Of the newest point. */
  readonly head?: { readonly x: number; readonly y: number };
  readonly levels: readonly ChartTick[];
  readonly times: readonly ChartTick[];
}

const MARGIN = { left: 58, right: 14, top: 14, bottom: 26 } as const;
const TIME_STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440] as const;

export function drawRelief({ width, height, fromMs, untilMs, forecastW, points }: ChartOptions): Chart {
  const plot = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  };
  const values = points.map(({ valueW }) => valueW);
  const levels = niceLevels(Math.min(0, ...values), Math.max(forecastW, ...values, 1));
  const [lowest, highest] = [levels[0] ?? 0, levels.at(-1) ?? 1];
  const x = (atMs: number) =>
    round(plot.left + ((plot.right - plot.left) * (atMs - fromMs)) / (untilMs - fromMs));
  const y = (valueW: number) =>
    round(plot.bottom - ((plot.bottom - plot.top) * (valueW - lowest)) / (highest - lowest));
  const placed = points.map(({ atMs, valueW }) => ({ x: x(atMs), y: y(valueW) }));
  const [first, last] = [placed[0], placed.at(-1)];
  const line = placed.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join('');
  return {
    plot,
    line,
    area: first === undefined || last === undefined ? '' : `${line}L${last.x} ${y(0)}L${first.x} ${y(0)}Z`,
    forecastY: y(forecastW),
    zeroY: y(0),
    ...(last === undefined ? {} : { head: last }),
    levels: levels.map((value) => ({ value, place: y(value) })),
    times: timeTicks(fromMs, untilMs).map((value) => ({ value, place: x(value) })),
  };
}

/** Four to seven round levels that hold both ends. */
export function niceLevels(lowest: number, highest: number): readonly number[] {
  const rough = Math.max(highest - lowest, 1e-9) / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * size >= rough) ?? 10) * size;
  const from = Math.floor(lowest / step);
  const until = Math.ceil(highest / step);
  return Array.from({ length: until - from + 1 }, (_, index) => (from + index) * step);
}

/** Round times between two instants, at most seven. */
export function timeTicks(fromMs: number, untilMs: number): readonly number[] {
  const minutes = (untilMs - fromMs) / 60_000;
  const stepMs = (TIME_STEPS_MIN.find((step) => minutes / step <= 6) ?? 1_440) * 60_000;
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const many = Math.max(0, Math.floor((untilMs - first) / stepMs) + 1);
  return Array.from({ length: Math.min(many, 7) }, (_, index) => first + index * stepMs);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
