import type { ComponentChildren } from 'preact';
import { counted } from '../../shared/format.ts';
import { RefusalNote } from '../../shared/parts/words.tsx';
import { ForecastView } from '../parts/forecast.tsx';
import type { DraftCheck } from './useDraftCheck.ts';

interface AsideProps {
  readonly check: DraftCheck;
  /** Fields that cannot be read here already. */
  readonly mistakes: number;
  readonly children: ComponentChildren;
}

/** Beside the form: what it would bring, and what is still missing. */
export function DraftAside({ check, mistakes, children }: AsideProps) {
  const { checked, refusal, isBehind } = check;
  const open = Math.max(mistakes, checked?.problems.length ?? 0);
  return (
    <aside class="stack aside" aria-label="What it would bring">
      <section class="card stack close" aria-live="polite" aria-busy={isBehind}>
        <h2>Forecast</h2>
        {checked?.forecast === undefined ? (
          <p class="muted">Choose an area and a measure: the relief to be expected is shown here.</p>
        ) : (
          <ForecastView forecast={checked.forecast} />
        )}
        <RefusalNote refusal={refusal} />
      </section>
      {checked !== undefined && checked.warnings.length > 0 && (
        <section class="card stack close">
          <h2>Think about this</h2>
          {checked.warnings.map(({ path, sentence }) => (
            <p key={path + sentence} class="note warn">
              {sentence}
            </p>
          ))}
        </section>
      )}
      <section class="card stack close">
        {open > 0 && <p>{counted(open, 'field')} still to be filled in or put right.</p>}
        {children}
      </section>
    </aside>
  );
}
