import type { Forecast } from '../../../contract/desk.ts';
import { count, duration, power } from '../../shared/format.ts';

interface Rung {
  readonly name: string;
  readonly value: number;
}

/** Relief to be expected, and how far it can be relied on. */
export function ForecastView({ forecast }: { readonly forecast: Forecast }) {
  const { homes, consenting, reachable, counted, unknown, reliefW, presentW } = forecast;
  const rungs: readonly Rung[] = [
    { name: 'homes in the area', value: homes },
    { name: 'reachable now', value: reachable },
    { name: 'agreed', value: consenting },
    { name: 'agreed, with fresh figures', value: counted },
  ];
  return (
    <div class="stack close">
      <p class="relief">
        <strong class="relief-figure">{power(reliefW)}</strong>{' '}
        <span class="muted">relief to be expected</span>
      </p>
      <p class="muted small">
        Out of {power(presentW)} that these homes have now
        {forecast.medianSeconds !== undefined && forecast.oldestSeconds !== undefined
          ? `, by figures that are ${duration(forecast.medianSeconds)} old in the middle and ${duration(forecast.oldestSeconds)} at most.`
          : '.'}
      </p>
      <ul class="plain rungs">
        {rungs.map(({ name, value }) => (
          <li key={name}>
            <span class="number">{count(value)}</span>
            <meter min={0} max={Math.max(1, homes)} value={value} aria-hidden="true" />
            <span>{name}</span>
          </li>
        ))}
      </ul>
      {unknown > 0 && (
        <p class="note warn small">
          {count(unknown)} agreed {unknown === 1 ? 'home is' : 'homes are'} away or without fresh figures. No
          relief is counted for {unknown === 1 ? 'it' : 'them'}.
        </p>
      )}
      {forecast.remarks.map((remark) => (
        <p key={remark} class="small muted">
          {remark}
        </p>
      ))}
    </div>
  );
}
