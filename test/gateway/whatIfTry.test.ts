import { it } from 'vitest';
import { whatIf } from '../../src/gateway/whatIf.ts';
import { parsePlanChange } from '../../src/gateway/whatIf/planChange.ts';
import { atConnection, recordHome } from './recordedHome.ts';

const sets = (...texts: string[]) => texts.map((t) => { const p = parsePlanChange(t); if (!p.ok) throw new Error(p.detail); return p.value; });
it('try', async () => {
  for (const [homeName, startAt, figures, ...changes] of [
    ['single-phase', '2006-12-23T17:26:00Z', {}, [], ['mil=30'], ['mil=20']],
    ['single-phase', '2006-12-23T17:26:00Z', { maximumImportLimitA: 30 }, [], ['mil=none']],
    ['three-phase', '2006-12-23T17:26:00Z', {}, [], ['mil=20']],
    ['three-phase', '2006-12-23T17:26:00Z', {maximumImportLimitA: 20}, [], ['mil=none']],
    ['solar', '2006-12-22T10:30:00Z', {}, [], ['mel=8'], ['mel=40']],
    ['solar', '2006-12-22T10:30:00Z', {maximumExportLimitA:8}, [], ['mel=16']],
  ] as const) {
    const t0 = performance.now();
    const r = await recordHome({ homeName, startAt, minutes: 60, adaptPlan: atConnection(figures) });
    console.log(homeName, JSON.stringify(figures), Math.round(performance.now() - t0), 'ms', JSON.stringify(r.truth.energyWh), JSON.stringify(r.truth.switches));
    for (const c of changes) {
      const t1 = performance.now();
      const w = whatIf(r.segments, sets(...c));
      if (!w.ok) throw new Error(w.detail);
      const { assumptions, ...rest } = w.value;
      console.log(c.join(), Math.round(performance.now() - t1), 'ms', JSON.stringify(rest, (_, v) => typeof v === 'number' ? Math.round(v * 10) / 10 : v).replaceAll('{"', '\n {"'));
    }
  }
}, 600_000);
