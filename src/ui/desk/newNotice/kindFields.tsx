import { Mistake } from '../../shared/parts/field.tsx';
import type { FieldsProps } from './fields.ts';

/** Rehearsal or real: nothing is chosen beforehand, so that nobody gets the other one by oversight. */
export function KindFields({ form, set, mistake }: FieldsProps) {
  const found = mistake('rehearsal');
  return (
    <fieldset class="stack close" data-path="rehearsal" aria-describedby={found && 'rehearsal-mistake'}>
      <legend class="hidden-words">Rehearsal or real</legend>
      <div class="kinds">
        <label class="choice kind-rehearsal">
          <input
            type="radio"
            name="kind"
            checked={form.kind === 'rehearsal'}
            onChange={() => set({ kind: 'rehearsal' })}
          />
          <span>
            <strong class="kind-title">Rehearsal</strong>
            Everything happens but one thing: no load moves in any home.
          </span>
        </label>
        <label class="choice kind-real">
          <input
            type="radio"
            name="kind"
            checked={form.kind === 'real'}
            onChange={() => set({ kind: 'real' })}
          />
          <span>
            <strong class="kind-title">Real notice</strong>
            Reduces load in homes. Last resort, after bought flexibility has failed.
          </span>
        </label>
      </div>
      <Mistake id="rehearsal" sentence={found} />
    </fieldset>
  );
}
