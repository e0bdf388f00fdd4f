import { useState } from 'preact/hooks';
import type { AreaSummary, GatewayPage } from '../../../contract/desk.ts';
import { count, duration, power } from '../../shared/format.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { FilterField, TextField } from '../../shared/parts/field.tsx';
import { Ago } from '../../shared/parts/instant.tsx';
import { Pager } from '../../shared/parts/pager.tsx';
import { Badge, Figure, Waiting } from '../../shared/parts/words.tsx';
import { withQuery } from '../../shared/query.ts';
import { useDesk, useLive } from '../context.ts';
import { CONSENT_WORDS } from '../logic/words.ts';
import { KindBadge } from '../parts/kind.tsx';

const PAGE_SIZE = 50;

export function AreaPage({ areaId }: { readonly areaId: string }) {
  useTitle(areaId);
  const { api, session } = useDesk();
  const area = useFetched<AreaSummary>(api, `areas/${encodeURIComponent(areaId)}`);
  const [search, setSearch] = useState('');
  const [consent, setConsent] = useState('');
  const [page, setPage] = useState(1);
  const gateways = useFetched<GatewayPage>(
    api,
    withQuery('gateways', { area: areaId, search, consent, page, pageSize: PAGE_SIZE }),
  );
  useLive(({ event }) => {
    if (event !== 'areas' && event !== 'notices' && event !== 'gap') return;
    area.reload();
    gateways.reload();
  });
  if (area.value === undefined) return <Waiting refusal={area.refusal} />;
  const { kind, homes, consenting, reachable, load, liveNotices } = area.value;
  const noLoad = load.known === 0;
  return (
    <div class="stack">
      <div class="row apart">
        <div>
          <p class="muted">
            <a href="/areas">Areas</a> / {kind}
          </p>
          <h1>{areaId}</h1>
        </div>
        {session.roles.includes('engineer') && (
          <a class="button main" href={withQuery('/notices/new', { area: areaId })}>
            New notice for this {kind}
          </a>
        )}
      </div>
      {liveNotices.map(({ noticeId, isRehearsal }) => (
        <p key={noticeId} class="row">
          <KindBadge isRehearsal={isRehearsal} />
          <a href={`/notices/${noticeId}`}>Notice {noticeId} is on its way or in force here</a>
        </p>
      ))}
      <dl class="figures">
        <Figure name="Homes" value={count(homes)} />
        <Figure name="Agreed" value={count(consenting)} beside="to emergency restrictions" />
        <Figure name="Reachable" value={count(reachable)} beside="heard from within 5 min" />
        <Figure
          name="Present load"
          value={power(noLoad ? undefined : load.importW)}
          beside={load.unknown === 0 ? 'all figures fresh' : `without ${count(load.unknown)} unknown`}
        />
        <Figure name="Charge points" value={power(noLoad ? undefined : load.chargePointsW)} />
      </dl>
      <section class="card flush" aria-label="Gateways">
        <div class="card-head filters">
          <TextField
            id="search"
            name="Find a gateway"
            value={search}
            onValue={(value) => {
              setSearch(value);
              setPage(1);
            }}
            input={{ type: 'search', placeholder: 'part of its id', spellcheck: false }}
          />
          <FilterField
            id="consent"
            name="Agreement"
            value={consent}
            words={CONSENT_WORDS}
            nothingLeftOut="any"
            onValue={(value) => {
              setConsent(value);
              setPage(1);
            }}
          />
        </div>
        {gateways.value === undefined ? (
          <div class="empty">
            <Waiting refusal={gateways.refusal} />
          </div>
        ) : (
          <>
            {gateways.value.rows.length > 0 && <GatewayTable rows={gateways.value.rows} />}
            <div class="card-foot">
              <Pager {...gateways.value} what="gateways" onPage={setPage} />
            </div>
          </>
        )}
      </section>
    </div>
  );
}

function GatewayTable({ rows }: { readonly rows: GatewayPage['rows'] }) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Gateway</th>
          <th scope="col">Agreement</th>
          <th scope="col">Reachable</th>
          <th scope="col" class="number">
            Import
          </th>
          <th scope="col" class="number">
            Charge points
          </th>
          <th scope="col">Figures from</th>
          <th scope="col">Key</th>
          <th scope="col">Version</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.gatewayId}>
            <th scope="row" class="fixed">
              <a href={`/gateways/${row.gatewayId}`}>{row.gatewayId}</a>
            </th>
            <td data-name="Agreement">
              <Badge tone={CONSENT_WORDS[row.consent].tone}>{CONSENT_WORDS[row.consent].name}</Badge>
            </td>
            <td data-name="Reachable">
              <span>
                {row.isReachable ? 'yes' : 'no'}
                <span class="muted small">
                  {row.lastSeenAt === undefined ? ' · never heard from' : row.isReachable ? '' : ' · heard '}
                  {row.lastSeenAt !== undefined && !row.isReachable && <Ago at={row.lastSeenAt} />}
                </span>
              </span>
            </td>
            <td class="number" data-name="Import">
              {power(row.importW)}
            </td>
            <td class="number" data-name="Charge points">
              {power(row.chargePointsW)}
            </td>
            <td data-name="Figures from" class={row.loadAgeSeconds === undefined ? 'nothing' : undefined}>
              {row.loadAgeSeconds === undefined ? (
                <span class="muted">none</span>
              ) : (
                `${duration(row.loadAgeSeconds)} ago`
              )}
            </td>
            <td data-name="Key">{KEY_WORDS[row.key]}</td>
            <td data-name="Version" class={row.version === undefined ? 'nothing' : undefined}>
              {row.version ?? <span class="muted">unknown</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const KEY_WORDS = {
  registered: 'registered',
  pinned: 'as first shown',
  none: 'none: receipts cannot be checked',
} as const;
