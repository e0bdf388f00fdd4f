import type { AreaSummary, Desk } from '../../../contract/desk.ts';
import { counted } from '../../shared/format.ts';
import { Field, LongTextField, tied } from '../../shared/parts/field.tsx';
import type { FieldsProps } from './fields.ts';

interface WhereProps extends FieldsProps {
  readonly areas: readonly AreaSummary[];
  readonly distributors: Desk['distributors'];
}

const KINDS = { feeder: 'a feeder', substation: 'a substation', gateways: 'single gateways' } as const;

export function WhereFields({ form, set, mistake, areas, distributors }: WhereProps) {
  const choosable = areas.filter(({ kind }) => kind === form.areaKind);
  const live = areas.find(
    ({ kind, areaId }) => kind === form.areaKind && areaId === form.areaId,
  )?.liveNotices;

  function choose(areaId: string): void {
    const distributor = choosable.find((area) => area.areaId === areaId)?.distributor;
    const isOurs = distributors.some(({ id }) => id === distributor);
    set({ areaId, supersedes: '', ...(isOurs && distributor !== undefined ? { issuer: distributor } : {}) });
  }

  return (
    <fieldset class="card stack">
      <legend>
        <h2>Where</h2>
      </legend>
      <div class="fields">
        <Field id="areaKind" name="This is for">
          <select
            id="areaKind"
            class="input"
            value={form.areaKind}
            onChange={(event) =>
              set({ areaKind: event.currentTarget.value as typeof form.areaKind, areaId: '' })
            }
          >
            {Object.entries(KINDS).map(([kind, words]) => (
              <option key={kind} value={kind}>
                {words}
              </option>
            ))}
          </select>
        </Field>
        {form.areaKind !== 'gateways' && (
          <div data-path="area.areaId">
            <Field id="areaId" name="Area" mistake={mistake('area.areaId')}>
              <select
                {...tied({ id: 'areaId', hint: undefined, mistake: mistake('area.areaId') })}
                value={form.areaId}
                onChange={(event) => choose(event.currentTarget.value)}
              >
                <option value="">choose a {form.areaKind}</option>
                {choosable.map(({ areaId, homes, consenting }) => (
                  <option key={areaId} value={areaId}>
                    {areaId} ({counted(homes, 'home')}, {consenting} agreed)
                  </option>
                ))}
              </select>
            </Field>
          </div>
        )}
      </div>
      {form.areaKind === 'gateways' && (
        <div data-path="area.gatewayIds">
          <LongTextField
            id="gatewayIds"
            name="Gateways"
            hint="Their ids with blanks or commas between them, at most 250."
            mistake={mistake('area.gatewayIds')}
            value={form.gatewayIds}
            onValue={(gatewayIds) => set({ gatewayIds })}
            mostCharacters={16_000}
          />
        </div>
      )}
      <div class="fields">
        <div data-path="issuer">
          <Field id="issuer" name="Issued by" mistake={mistake('issuer')}>
            <select
              {...tied({ id: 'issuer', hint: undefined, mistake: mistake('issuer') })}
              value={form.issuer}
              onChange={(event) => set({ issuer: event.currentTarget.value })}
            >
              <option value="">choose a distributor</option>
              {distributors.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name} ({id})
                </option>
              ))}
            </select>
          </Field>
        </div>
        {live !== undefined && live.length > 0 && (
          <div data-path="supersedes">
            <Field id="supersedes" name="Takes the place of" mistake={mistake('supersedes')}>
              <select
                {...tied({ id: 'supersedes', hint: undefined, mistake: mistake('supersedes') })}
                value={form.supersedes}
                onChange={(event) => set({ supersedes: event.currentTarget.value })}
              >
                <option value="">nothing: it comes on top</option>
                {live.map(({ noticeId, isRehearsal }) => (
                  <option key={noticeId} value={noticeId}>
                    {noticeId} ({isRehearsal ? 'rehearsal' : 'real'})
                  </option>
                ))}
              </select>
            </Field>
          </div>
        )}
      </div>
    </fieldset>
  );
}
