import type { NoticePage as NoticeRows, NoticeSummary } from '../../../contract/desk.ts';
import { duration } from '../../shared/format.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { FilterField } from '../../shared/parts/field.tsx';
import { Instant } from '../../shared/parts/instant.tsx';
import { Pager } from '../../shared/parts/pager.tsx';
import { Badge, Waiting } from '../../shared/parts/words.tsx';
import { withQuery } from '../../shared/query.ts';
import { replaceWith } from '../../shared/router.ts';
import { useDesk, useLive } from '../context.ts';
import { areaWords, STATE_WORDS } from '../logic/words.ts';
import { KindBadge } from '../parts/kind.tsx';

const PAGE_SIZE = 30;

export function NoticesPage({ query }: { readonly query: URLSearchParams }) {
  useTitle('Notices');
  const { api, session } = useDesk();
  const state = query.get('state') ?? '';
  const page = Math.max(1, Number(query.get('page')) || 1);
  const notices = useFetched<NoticeRows>(api, withQuery('notices', { state, page, pageSize: PAGE_SIZE }));
  useLive(({ event }) => {
    if (event === 'notices' || event === 'gap') notices.reload();
  });
  return (
    <div class="stack">
      <div class="row apart">
        <h1>Notices</h1>
        {session.roles.includes('engineer') && (
          <a class="button main" href="/notices/new">
            New notice
          </a>
        )}
      </div>
      <section class="card flush" aria-label="All notices">
        <div class="card-head filters">
          <FilterField
            id="state"
            name="Show"
            value={state}
            words={STATE_WORDS}
            onValue={(value) => replaceWith(withQuery('/notices', { state: value }))}
          />
        </div>
        {notices.value === undefined ? (
          <div class="empty">
            <Waiting refusal={notices.refusal} />
          </div>
        ) : (
          <>
            {notices.value.rows.length > 0 && <NoticeTable rows={notices.value.rows} />}
            <div class="card-foot">
              <Pager
                {...notices.value}
                what="notices"
                onPage={(next) => replaceWith(withQuery('/notices', { state, page: next }))}
              />
            </div>
          </>
        )}
      </section>
    </div>
  );
}

function NoticeTable({ rows }: { readonly rows: readonly NoticeSummary[] }) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Notice</th>
          <th scope="col">Kind</th>
          <th scope="col">Where</th>
          <th scope="col">What</th>
          <th scope="col">Begins</th>
          <th scope="col">Lasts</th>
          <th scope="col">State</th>
          <th scope="col">Drafted</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.noticeId} class={row.isRehearsal ? 'is-rehearsal' : 'is-real'}>
            <th scope="row">
              <a class="fixed" href={`/notices/${row.noticeId}`}>
                {row.noticeId}
              </a>
            </th>
            <td data-name="Kind">
              <KindBadge isRehearsal={row.isRehearsal} />
            </td>
            <td data-name="Where" class="wide">
              {areaWords(row.area)}
            </td>
            <td data-name="What" class="wide">
              {row.measureText}
            </td>
            <td data-name="Begins">
              {row.startsAt === undefined ? 'on receipt' : <Instant at={row.startsAt} />}
            </td>
            <td data-name="Lasts">{duration(row.durationSeconds)}</td>
            <td data-name="State" class="wide">
              <span class="row">
                <Badge tone={STATE_WORDS[row.state].tone}>{STATE_WORDS[row.state].name}</Badge>
                {row.cancel !== 'none' && <Badge tone="warn">{CANCEL_WORDS[row.cancel]}</Badge>}
              </span>
            </td>
            <td data-name="Drafted" class="wide">
              <span>
                {row.drafted.by}, <Instant at={row.drafted.at} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const CANCEL_WORDS = {
  asked: 'early end asked',
  sending: 'early end on its way',
  sent: 'ended early',
} as const;
