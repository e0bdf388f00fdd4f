import { describe, expect, it } from 'vitest';
import { judgeFigure, renderTable } from './report.ts';
import { spreadOf } from './statistics.ts';

describe('the spread of samples', () => {
  it('names values that were measured, by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(spreadOf(hundred)).toEqual({ samples: 100, median: 50, p95: 95, p99: 99, worst: 100 });
  });

  it('of one sample is that sample', () => {
    expect(spreadOf([7])).toEqual({ samples: 1, median: 7, p95: 7, p99: 7, worst: 7 });
  });
});

describe('a figure', () => {
  it('beside one of the bare script is judged by the ratio', () => {
    const figure = { name: 'latency', unit: 'ms', gateway: 3, bareScript: 2, target: 2 };
    expect(judgeFigure(figure)).toMatchObject({ ratio: 1.5, verdict: 'met' });
    expect(judgeFigure({ ...figure, gateway: 5 })).toMatchObject({ ratio: 2.5, verdict: 'missed' });
  });

  it('that stands alone is judged by itself, and without a target not at all', () => {
    const figure = { name: 'written', unit: 'MB', gateway: 51 };
    expect(judgeFigure({ ...figure, target: 50 })).toMatchObject({ verdict: 'missed' });
    expect(judgeFigure(figure)).not.toHaveProperty('verdict');
  });

  it('that should be large is met when it does not fall below its least', () => {
    const figure = { name: 'useful', unit: '%', gateway: 97, least: 90 };
    expect(judgeFigure(figure)).toMatchObject({ verdict: 'met' });
    expect(judgeFigure({ ...figure, gateway: 89.9 })).toMatchObject({ verdict: 'missed' });
    expect(renderTable([{ ok: true, title: 'line', figures: [figure], notes: [] }])).toMatch(
      />= 90\.0 % +met/,
    );
  });
});

it('the table shows target and verdict, and says what could not be measured', () => {
  const table = renderTable([
    {
      ok: true,
      title: 'disk',
      figures: [{ name: 'written', unit: 'MB', gateway: 42, target: 50 }],
      notes: ['one hour'],
    },
    { ok: false, title: 'latency', cause: 'no broker' },
  ]);
  expect(table).toMatch(/written +42\.0 MB +<= 50\.0 MB +met/);
  expect(table).toContain('disk: one hour');
  expect(table).toContain('latency: NOT MEASURED: no broker');
});
