/** One figure of the gateway, beside the bare script's where there is one. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly gateway: number;
  readonly bareScript?: number;
  /** What the gateway's figure, or its ratio to the bare script's, should not exceed. */
  readonly target?: number;
  /** What the gateway's figure should not fall below. */
  readonly least?: number;
}

/** What one measurement gave, or why it could not be made. */
export type Measurement =
  | {
      readonly ok: true;
      readonly title: string;
      readonly figures: readonly Figure[];
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly title: string; readonly cause: string };

export interface ReportedFigure extends Figure {
  readonly ratio?: number;
  readonly verdict?: 'met' | 'missed';
}

export function judgeFigure(figure: Figure): ReportedFigure {
  const ratio = figure.bareScript === undefined ? undefined : figure.gateway / figure.bareScript;
  const judged = ratio ?? figure.gateway;
  return {
    ...figure,
    ...(ratio !== undefined && { ratio }),
    ...(figure.target !== undefined && { verdict: judged <= figure.target ? 'met' : 'missed' }),
    ...(figure.least !== undefined && { verdict: figure.gateway >= figure.least ? 'met' : 'missed' }),
  };
}

const HEADINGS = ['', 'gateway', 'bare script', 'ratio', 'target', ''];

/** All measurements as one table for people, with what is to be known about each under it. */
export function renderTable(measurements: readonly Measurement[]): string {
  const rows: string[][] = [HEADINGS];
  for (const measurement of measurements) {
    if (!measurement.ok) continue;
    for (const figure of measurement.figures.map(judgeFigure)) {
      const { name, unit, gateway, bareScript, ratio, verdict } = figure;
      rows.push([
        name,
        withUnit(gateway, unit),
        bareScript === undefined ? '' : withUnit(bareScript, unit),
        ratio === undefined ? '' : `${ratio.toFixed(2)} x`,
        describeTarget(figure),
        verdict ?? '',
      ]);
    }
  }
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const remarks = measurements.flatMap((measurement) =>
    measurement.ok
      ? measurement.notes.map((note) => `${measurement.title}: ${note}`)
      : [`${measurement.title}: NOT MEASURED: ${measurement.cause}`],
  );
  return [...lines, '', ...remarks].join('\n');
}

function describeTarget({ unit, ratio, target, least }: ReportedFigure): string {
  if (least !== undefined) return `>= ${withUnit(least, unit)}`;
  if (target === undefined) return '';
  return ratio === undefined ? `<= ${withUnit(target, unit)}` : `<= ${target} x`;
}

/** Three digits that count: more than this differs from run to run. */
function withUnit(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return `${value.toFixed(digits)} ${unit}`.trimEnd();
}
