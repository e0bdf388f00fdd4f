import type { Desk } from '../../../contract/desk.ts';
import { duration } from '../../shared/format.ts';
import { Choice, NumberField, TextField } from '../../shared/parts/field.tsx';
import type { FieldsProps } from './fields.ts';

const PRESETS_MIN = [15, 30, 60, 90, 120] as const;

interface TimeProps extends FieldsProps {
  readonly desk: Desk;
}

export function TimeFields({ form, set, mistake, desk }: TimeProps) {
  const agreed = `Households have agreed to ${duration(desk.longestSeconds)} at a time and ${duration(
    desk.longestInDaySeconds,
  )} in a day. A home cuts off what goes beyond.`;
  return (
    <fieldset class="card stack">
      <legend>
        <h2>When</h2>
      </legend>
      <div class="choices" role="radiogroup" aria-label="Beginning">
        <Choice
          name="start"
          title="As soon as a home receives it"
          isChosen={form.start === 'onReceipt'}
          onChoose={() => set({ start: 'onReceipt' })}
        >
          <span class="muted small">
            Also in homes whose clock is not set. The duration counts from there.
          </span>
        </Choice>
        <Choice
          name="start"
          title="At a time"
          isChosen={form.start === 'at'}
          onChoose={() => set({ start: 'at' })}
        >
          <span class="muted small">All homes together, by the clock.</span>
        </Choice>
      </div>
      <div class="fields">
        {form.start === 'at' && (
          <div data-path="startsAt">
            <TextField
              id="startsAt"
              name="Begins (local time)"
              mistake={mistake('startsAt')}
              value={form.startsAt}
              onValue={(startsAt) => set({ startsAt })}
              input={{ type: 'datetime-local' }}
            />
          </div>
        )}
        <div data-path="durationSeconds" class="stack close">
          <NumberField
            id="minutes"
            name="Lasts"
            unit="minutes"
            hint={agreed}
            mistake={mistake('durationSeconds')}
            value={form.minutes}
            onValue={(minutes) => set({ minutes })}
            input={{ inputMode: 'numeric' }}
          />
          <div class="presets">
            {PRESETS_MIN.map((minutes) => (
              <button
                key={minutes}
                type="button"
                class="button"
                aria-pressed={form.minutes === String(minutes)}
                onClick={() => set({ minutes: String(minutes) })}
              >
                {minutes} min
              </button>
            ))}
          </div>
        </div>
      </div>
    </fieldset>
  );
}
