import { useMemo, useState } from 'preact/hooks';
import type { BoardPage, BoardRow } from '../../../contract/desk.ts';
import { power } from '../../shared/format.ts';
import { useFetched } from '../../shared/hooks.ts';
import { FilterField, TextField } from '../../shared/parts/field.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Pager } from '../../shared/parts/pager.tsx';
import { Badge, Waiting } from '../../shared/parts/words.tsx';
import { withQuery } from '../../shared/query.ts';
import { useThrottled } from '../../shared/useThrottled.ts';
import { useDesk, useLive } from '../context.ts';
import { withRows } from '../logic/boardUpdates.ts';
import { CONSENT_WORDS, rowRemark, STAGE_WORDS } from '../logic/words.ts';
import type { StageFilter } from './stageBar.tsx';

const PAGE_SIZE = 50;
/** When more has changed than is told row by row, the page is fetched again, but not more often than this. */
const REFETCH_MS = 2_000;

interface BoardTableProps {
  readonly noticeId: string;
  readonly stage: StageFilter;
  readonly onStage: (stage: StageFilter) => void;
}

/** One page of gateways at a time: ten thousand never come into the browser at once. */
export function BoardTable({ noticeId, stage, onStage }: BoardTableProps) {
  const { api } = useDesk();
  const [search, setSearch] = useState('');
  const [turned, setTurned] = useState({ stage, page: 1 });
  // Another filter begins at its first page.
  const page = turned.stage === stage ? turned.page : 1;
  const setPage = (next: number) => setTurned({ stage, page: next });
  const path = `notices/${encodeURIComponent(noticeId)}/gateways`;
  const fetched = useFetched<BoardPage>(api, withQuery(path, { stage, search, page, pageSize: PAGE_SIZE }));
  const shown = useLiveRows(fetched.value, fetched.reload, stage !== '');
  return (
    <section class="card flush" aria-label="Gateways">
      <div class="card-head filters">
        <TextField
          id="gateway"
          name="Find a gateway"
          value={search}
          onValue={(value) => {
            setSearch(value);
            setPage(1);
          }}
          input={{ type: 'search', placeholder: 'part of its id', spellcheck: false }}
        />
        <FilterField
          id="stage"
          name="Show"
          value={stage}
          words={STAGE_WORDS}
          onValue={(value) => onStage(value as StageFilter)}
        />
      </div>
      {shown === undefined ? (
        <div class="empty">
          <Waiting refusal={fetched.refusal} />
        </div>
      ) : (
        <>
          {shown.rows.length > 0 && <Rows rows={shown.rows} />}
          <div class="card-foot">
            <Pager {...shown} what="gateways" onPage={setPage} />
          </div>
        </>
      )}
    </section>
  );
}

function useLiveRows(
  fetched: BoardPage | undefined,
  reload: () => void,
  isFiltered: boolean,
): BoardPage | undefined {
  const [changed, setChanged] = useState<{ base: BoardPage | undefined; page: BoardPage | undefined }>({
    base: undefined,
    page: undefined,
  });
  const refetch = useThrottled(reload, REFETCH_MS);
  useLive((event) => {
    if (event.event === 'gap') refetch();
    if (event.event !== 'rows') return;
    // A row may have come into the filter or have left it: only the desk knows.
    if (event.more > 0 || isFiltered) refetch();
    setChanged((before) => {
      const known = before.base === fetched ? before.page : fetched;
      const next = known === undefined ? undefined : withRows(known, event.rows);
      return next === before.page && before.base === fetched ? before : { base: fetched, page: next };
    });
  });
  return (changed.base === fetched ? changed.page : fetched) ?? fetched;
}

function Rows({ rows }: { readonly rows: readonly BoardRow[] }) {
  // The figures above change every second; these rows are drawn again only when one of them has changed.
  return useMemo(
    () => (
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Gateway</th>
            <th scope="col">Standing</th>
            <th scope="col">Remarks</th>
            <th scope="col">Agreement</th>
            <th scope="col">Last answer</th>
            <th scope="col">Ends</th>
            <th scope="col" class="number">
              Forecast
            </th>
            <th scope="col" class="number">
              Relief
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.gatewayId} row={row} />
          ))}
        </tbody>
      </table>
    ),
    [rows],
  );
}

function Row({ row }: { readonly row: BoardRow }) {
  const { name, tone, meaning } = STAGE_WORDS[row.stage];
  const remark = rowRemark(row);
  return (
    <tr>
      <th scope="row" class="fixed">
        {row.gatewayId}
      </th>
      <td data-name="Standing" title={meaning}>
        <Badge tone={tone}>{name}</Badge>
      </td>
      <td data-name="Remarks" class={remark === '' ? 'nothing' : 'wide remark small'}>
        {remark === '' ? <span class="muted">none</span> : remark}
      </td>
      <td data-name="Agreement">{CONSENT_WORDS[row.consent].name}</td>
      <td data-name="Last answer" class={row.lastReceiptAt === undefined ? 'nothing' : undefined}>
        {row.lastReceiptAt === undefined ? (
          <span class="muted">none</span>
        ) : (
          <Instant at={row.lastReceiptAt} />
        )}
      </td>
      <td data-name="Ends" class={row.endsAt === undefined ? 'nothing' : undefined}>
        {row.endsAt === undefined ? <span class="muted">unknown</span> : <Instant at={row.endsAt} />}
      </td>
      <td data-name="Forecast" class={row.forecastW === undefined ? 'number nothing' : 'number'}>
        {power(row.forecastW)}
      </td>
      <td data-name="Relief" class={row.reliefW === undefined ? 'number nothing' : 'number'}>
        {power(row.reliefW)}
      </td>
    </tr>
  );
}
