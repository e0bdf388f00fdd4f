import { Choice, Field, NumberField } from '../../shared/parts/field.tsx';
import { type NoticeForm, unitOf } from '../logic/noticeForm.ts';
import type { FieldsProps } from './fields.ts';

interface MeasureWords {
  readonly kind: NoticeForm['measure'];
  readonly title: string;
  readonly words: string;
}

const MEASURES: readonly MeasureWords[] = [
  {
    kind: 'chargePointCeiling',
    title: 'Limit charge points',
    words: 'Each car charger draws no more than this. The rest of the home goes on.',
  },
  {
    kind: 'importCeiling',
    title: 'Limit import of the home',
    words: 'The whole home draws no more than this, as far as its controlled loads can bring it there.',
  },
  {
    kind: 'loadSwitchOpen',
    title: 'Open load switches',
    words: 'Every switched load goes off, but those that the home keeps for essential needs.',
  },
  {
    kind: 'exportCeiling',
    title: 'Limit export of the home',
    words: 'Solar panels and batteries give no more than this to the network.',
  },
];

export function MeasureFields({ form, set, mistake }: FieldsProps) {
  const isChargePoint = form.measure === 'chargePointCeiling';
  const ceilingPath = `measure.${isChargePoint ? form.chargePointUnit : 'ceiling'}`;
  return (
    <fieldset class="card stack">
      <legend>
        <h2>What it asks for</h2>
      </legend>
      <div class="choices" role="radiogroup" aria-label="Measure">
        {MEASURES.map(({ kind, title, words }) => (
          <Choice
            key={kind}
            name="measure"
            title={title}
            isChosen={form.measure === kind}
            onChoose={() => set({ measure: kind })}
          >
            <span class="muted small">{words}</span>
          </Choice>
        ))}
      </div>
      {form.measure !== 'loadSwitchOpen' && (
        <div class="fields">
          <Field id="unit" name="Measured in">
            {isChargePoint ? (
              <select
                id="unit"
                class="input"
                value={form.chargePointUnit}
                onChange={(event) =>
                  set({ chargePointUnit: event.currentTarget.value as NoticeForm['chargePointUnit'] })
                }
              >
                <option value="ceilingA">amps on each phase</option>
                <option value="percentOfRating">per cent of the rating</option>
              </select>
            ) : (
              <select
                id="unit"
                class="input"
                value={form.basisUnit}
                onChange={(event) => set({ basisUnit: event.currentTarget.value as NoticeForm['basisUnit'] })}
              >
                <option value="phaseCurrentA">amps on each phase</option>
                <option value="activePowerW">kilowatts over all phases</option>
              </select>
            )}
          </Field>
          <div data-path={ceilingPath}>
            <NumberField
              id="ceiling"
              name="No more than"
              unit={unitOf(form)}
              mistake={mistake(ceilingPath)}
              value={form.ceiling}
              onValue={(ceiling) => set({ ceiling })}
            />
          </div>
          <div data-path="measure.floor">
            <NumberField
              id="floor"
              name="But always leave (optional)"
              unit={isChargePoint ? 'A per phase' : unitOf(form)}
              mistake={mistake('measure.floor')}
              value={form.floor}
              onValue={(floor) => set({ floor })}
            />
          </div>
        </div>
      )}
    </fieldset>
  );
}
