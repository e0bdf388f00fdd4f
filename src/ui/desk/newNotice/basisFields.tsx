import { nowMs } from '../../shared/browserTime.ts';
import { toInputValue } from '../../shared/instants.ts';
import { Field, LongTextField, TextField, tied } from '../../shared/parts/field.tsx';
import type { NoticeForm } from '../logic/noticeForm.ts';
import { CAUSE_WORDS } from '../logic/words.ts';
import type { FieldsProps } from './fields.ts';

/** Why a distributor may do this at all: the record that stands in every report. */
export function BasisFields(props: FieldsProps) {
  const { form, set, mistake } = props;
  return (
    <fieldset class="card stack">
      <legend>
        <h2>Why</h2>
      </legend>
      <p class="muted">This record stands in every report: to suppliers, to Ofgem and to the customer.</p>
      <div data-path="reason">
        <LongTextField
          id="reason"
          name="Reason, as households read it"
          hint="Plain words, such as: The cable in your street is close to its limit this evening."
          mistake={mistake('reason')}
          value={form.reason}
          onValue={(reason) => set({ reason })}
          mostCharacters={300}
        />
      </div>
      <div class="fields">
        <div data-path="basis.flexibilityService">
          <TextField
            id="flexibilityService"
            name="Flexibility service that should have prevented this"
            mistake={mistake('basis.flexibilityService')}
            value={form.flexibilityService}
            onValue={(flexibilityService) => set({ flexibilityService })}
            input={{ maxLength: 200 }}
          />
        </div>
        <div data-path="basis.cause">
          <Field id="cause" name="Why it is needed" mistake={mistake('basis.cause')}>
            <select
              {...tied({ id: 'cause', hint: undefined, mistake: mistake('basis.cause') })}
              value={form.cause}
              onChange={(event) => set({ cause: event.currentTarget.value as NoticeForm['cause'] })}
            >
              <option value="">choose one</option>
              {Object.entries(CAUSE_WORDS).map(([cause, words]) => (
                <option key={cause} value={cause}>
                  {words}
                </option>
              ))}
            </select>
          </Field>
        </div>
      </div>
      <div data-path="basis.established">
        <LongTextField
          id="established"
          name="How this was established"
          hint="What was measured, who was called, what they answered."
          mistake={mistake('basis.established')}
          value={form.established}
          onValue={(established) => set({ established })}
          mostCharacters={500}
        />
      </div>
      <div class="fields">
        <ToldField {...props} name="customersToldAt" words="Customers were told at" />
        <ToldField {...props} name="suppliersToldAt" words="Suppliers were told at" />
      </div>
    </fieldset>
  );
}

interface ToldProps extends FieldsProps {
  readonly name: 'customersToldAt' | 'suppliersToldAt';
  readonly words: string;
}

function ToldField({ form, set, mistake, name, words }: ToldProps) {
  return (
    <div data-path={`basis.${name}`} class="told">
      <TextField
        id={name}
        name={words}
        mistake={mistake(`basis.${name}`)}
        value={form[name]}
        onValue={(value) => set({ [name]: value })}
        input={{ type: 'datetime-local' }}
      />
      <button type="button" class="button" onClick={() => set({ [name]: toInputValue(nowMs()) })}>
        Just now
      </button>
    </div>
  );
}
