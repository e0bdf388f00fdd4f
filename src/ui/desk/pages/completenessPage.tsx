import type { CompletenessPage as Completeness, CompletenessRow } from '../../../contract/desk.ts';
import { count } from '../../shared/format.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { FilterField, TextField } from '../../shared/parts/field.tsx';
import { Ago, Instant } from '../../shared/parts/instant.tsx';
import { Pager } from '../../shared/parts/pager.tsx';
import { Badge, Figure, Waiting } from '../../shared/parts/words.tsx';
import { withQuery } from '../../shared/query.ts';
import { replaceWith } from '../../shared/router.ts';
import { useThrottled } from '../../shared/useThrottled.ts';
import { useDesk, useLive } from '../context.ts';
import { COMPLETENESS_WORDS } from '../logic/recordWords.ts';

const PAGE_SIZE = 50;
/** The desk looks at every stream of every gateway for it. */
const REFETCH_MS = 15_000;

/** How whole the records of all gateways are; those that are not come first. */
export function CompletenessPage({ query }: { readonly query: URLSearchParams }) {
  useTitle('Completeness');
  const { api } = useDesk();
  const [state, search] = [query.get('state') ?? '', query.get('search') ?? ''];
  const page = Math.max(1, Number(query.get('page')) || 1);
  const asked = { state, search, page: page === 1 ? undefined : page };
  const found = useFetched<Completeness>(api, withQuery('completeness', { ...asked, pageSize: PAGE_SIZE }));
  const refetch = useThrottled(found.reload, REFETCH_MS);
  useLive(({ event }) => {
    if (event === 'areas' || event === 'gap') refetch();
  });
  const show = (change: object) => replaceWith(withQuery('/completeness', { ...asked, ...change }));
  if (found.value === undefined) return <Waiting refusal={found.refusal} />;
  const { counts, missing, rows } = found.value;
  return (
    <div class="stack">
      <h1>Completeness</h1>
      <p class="muted">
        What gateways have sent, against what they vouch for. A gateway is whole when everything came or its
        loss ledger says why not.
      </p>
      <dl class="figures">
        {Object.entries(COMPLETENESS_WORDS).map(([key, { name, meaning }]) => (
          <Figure
            key={key}
            name={name}
            value={count(counts[key as keyof typeof counts])}
            beside={<span title={meaning}>gateways</span>}
          />
        ))}
        <Figure name="Records missing" value={count(missing)} />
      </dl>
      <section class="card flush" aria-label="Gateways">
        <div class="card-head filters">
          <TextField
            id="search"
            name="Find a gateway"
            value={search}
            onValue={(value) => show({ search: value, page: undefined })}
            input={{ type: 'search', placeholder: 'part of its id', spellcheck: false }}
          />
          <FilterField
            id="state"
            name="Show"
            value={state}
            words={COMPLETENESS_WORDS}
            onValue={(value) => show({ state: value, page: undefined })}
          />
        </div>
        {rows.length > 0 && <Rows rows={rows} />}
        <div class="card-foot">
          <Pager {...found.value} what="gateways" onPage={(next) => show({ page: next })} />
        </div>
      </section>
    </div>
  );
}

function Rows({ rows }: { readonly rows: readonly CompletenessRow[] }) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Gateway</th>
          <th scope="col">Records</th>
          <th scope="col" class="number">
            Received
          </th>
          <th scope="col" class="number">
            Missing
          </th>
          <th scope="col">Since</th>
          <th scope="col" class="number">
            Lost, explained
          </th>
          <th scope="col" class="number">
            Gone
          </th>
          <th scope="col">Last manifest</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.gatewayId} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { readonly row: CompletenessRow }) {
  const { gatewayId, isReachable, missingSince, manifestAt, contradicted } = row;
  const { name, tone, meaning } = COMPLETENESS_WORDS[row.state];
  return (
    <tr>
      <th scope="row">
        <a class="fixed" href={`/gateways/${gatewayId}`}>
          {gatewayId}
        </a>
      </th>
      <td data-name="Records" title={meaning}>
        <Badge tone={tone}>{name}</Badge>
        {!isReachable && <span class="muted small"> away</span>}
      </td>
      <td data-name="Received" class="number">
        {count(row.received)}
      </td>
      <td data-name="Missing" class="number">
        {count(row.missing)}
      </td>
      <td data-name="Since" class={missingSince === undefined ? 'nothing' : undefined}>
        {missingSince === undefined ? <span class="muted">–</span> : <Ago at={missingSince} />}
      </td>
      <td data-name="Lost, explained" class="number">
        {count(row.lost)}
      </td>
      <td data-name="Gone" class="number">
        {count(row.gone)}
        {contradicted > 0 && <span class="small"> · {count(contradicted)} contradicted</span>}
      </td>
      <td data-name="Last manifest">
        {manifestAt === undefined ? <span class="muted">none yet</span> : <Instant at={manifestAt} />}
      </td>
    </tr>
  );
}
