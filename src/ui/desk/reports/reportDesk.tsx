import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { BoardPage, Report, ReportKind, ReportList } from '../../../contract/desk.ts';
import { count, counted } from '../../shared/format.ts';
import { useFetched } from '../../shared/hooks.ts';
import { Field, TextField } from '../../shared/parts/field.tsx';
import { Note, Waiting } from '../../shared/parts/words.tsx';
import { withQuery } from '../../shared/query.ts';
import { replaceWith } from '../../shared/router.ts';
import { useDesk } from '../context.ts';
import { type ReportChoice, reportPath } from '../logic/reportAddress.ts';
import { ReportView } from './reportView.tsx';

const TABS: readonly { readonly kind: ReportKind; readonly name: string }[] = [
  { kind: 'ofgem', name: 'To Ofgem' },
  { kind: 'supplier', name: 'To a supplier' },
  { kind: 'customer', name: 'To a customer' },
];

interface ReportDeskProps {
  readonly noticeId: string;
  readonly choice: ReportChoice;
}

/** Which report, for whom, and the ways to take it away. */
export function ReportDesk({ noticeId, choice }: ReportDeskProps) {
  const { api } = useDesk();
  const list = useFetched<ReportList>(api, `notices/${encodeURIComponent(noticeId)}/reports`);
  if (list.value === undefined) return <Waiting refusal={list.refusal} />;
  const show = (change: Partial<ReportChoice>) =>
    replaceWith(withQuery(`/reports/${noticeId}`, { ...choice, ...change }));
  const path = reportPath(noticeId, choice, 'json');
  return (
    <>
      {!list.value.isFinal && (
        <Note tone="warn">The notice is not over: the figures of these reports can still grow.</Note>
      )}
      <fieldset class="presets" aria-label="Report">
        {TABS.map(({ kind, name }) => (
          <button
            key={kind}
            type="button"
            class="button"
            aria-pressed={choice.kind === kind}
            onClick={() => show({ kind })}
          >
            {name}
          </button>
        ))}
      </fieldset>
      {choice.kind === 'supplier' && (
        <SupplierChoice
          list={list.value}
          chosen={choice.supplier}
          onChoose={(supplier) => show({ supplier })}
        />
      )}
      {choice.kind === 'customer' && (
        <CustomerChoice
          noticeId={noticeId}
          chosen={choice.gateway}
          onChoose={(gateway) => show({ gateway })}
        />
      )}
      {path !== undefined && (
        <Shown key={path} path={path}>
          <TakeAway noticeId={noticeId} choice={choice} />
        </Shown>
      )}
    </>
  );
}

interface SupplierChoiceProps {
  readonly list: ReportList;
  readonly chosen: string;
  readonly onChoose: (supplierId: string) => void;
}

function SupplierChoice({ list, chosen, onChoose }: SupplierChoiceProps) {
  if (list.suppliers.length === 0) {
    return <p class="card">No supplier is registered for the homes of this notice.</p>;
  }
  return (
    <Field id="supplier" name="Supplier">
      <select
        id="supplier"
        class="input"
        value={chosen}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        <option value="">choose a supplier</option>
        {list.suppliers.map(({ supplierId, supplies }) => (
          <option key={supplierId} value={supplierId}>
            {supplierId} ({counted(supplies, 'supply', 'supplies')})
          </option>
        ))}
      </select>
    </Field>
  );
}

interface CustomerChoiceProps {
  readonly noticeId: string;
  readonly chosen: string;
  readonly onChoose: (gatewayId: string) => void;
}

/** By the id of the gateway, which the customer finds on it: the desk knows no names. */
function CustomerChoice({ noticeId, chosen, onChoose }: CustomerChoiceProps) {
  const { api } = useDesk();
  const [search, setSearch] = useState(chosen);
  const found = useFetched<BoardPage>(
    api,
    withQuery(`notices/${encodeURIComponent(noticeId)}/gateways`, { search, page: 1, pageSize: 8 }),
  );
  return (
    <section class="card stack close" aria-label="Home">
      <TextField
        id="home"
        name="Home, by the id of its gateway"
        value={search}
        onValue={setSearch}
        input={{ type: 'search', spellcheck: false, autoComplete: 'off' }}
      />
      {found.value === undefined ? (
        <Waiting refusal={found.refusal} />
      ) : (
        <div class="presets">
          {found.value.rows.map(({ gatewayId }) => (
            <button
              key={gatewayId}
              type="button"
              class="button chip"
              aria-pressed={gatewayId === chosen}
              onClick={() => onChoose(gatewayId)}
            >
              {gatewayId}
            </button>
          ))}
          {found.value.total > found.value.rows.length && (
            <span class="muted small">
              and {count(found.value.total - found.value.rows.length)} more: type on
            </span>
          )}
          {found.value.total === 0 && <span class="muted">No gateway of this notice has such an id.</span>}
        </div>
      )}
    </section>
  );
}

function TakeAway({ noticeId, choice }: ReportDeskProps) {
  const address = (format: 'json' | 'csv' | 'html') => `/api/${reportPath(noticeId, choice, format) ?? ''}`;
  return (
    <div class="row">
      <a class="button" href={address('html')} target="_blank" rel="noreferrer">
        Open to print
      </a>
      <a class="button" href={address('csv')} download>
        Download CSV
      </a>
      <a class="button" href={address('json')} download>
        Download JSON
      </a>
    </div>
  );
}

function Shown({ path, children }: { readonly path: string; readonly children: ComponentChildren }) {
  const { api } = useDesk();
  const report = useFetched<Report>(api, path);
  if (report.value === undefined) return <Waiting refusal={report.refusal} />;
  return <ReportView report={report.value}>{children}</ReportView>;
}
