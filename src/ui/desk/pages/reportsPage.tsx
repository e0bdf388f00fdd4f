import type { Notice, NoticePage as NoticeRows } from '../../../contract/desk.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Badge, Waiting } from '../../shared/parts/words.tsx';
import { useDesk, useLive } from '../context.ts';
import { readChoice } from '../logic/reportAddress.ts';
import { areaWords, STATE_WORDS } from '../logic/words.ts';
import { KindBadge, KindBand } from '../parts/kind.tsx';
import { ReportDesk } from '../reports/reportDesk.tsx';

interface ReportsProps {
  /** Undefined: none was chosen yet. */
  readonly noticeId: string | undefined;
  readonly query: URLSearchParams;
}

export function ReportsPage({ noticeId, query }: ReportsProps) {
  useTitle('Reports');
  return noticeId === undefined ? <ChooseNotice /> : <NoticeReports noticeId={noticeId} query={query} />;
}

/** Only what was sent has reports. */
function ChooseNotice() {
  const { api } = useDesk();
  const notices = useFetched<NoticeRows>(api, 'notices?page=1&pageSize=200');
  useLive(({ event }) => {
    if (event === 'notices' || event === 'gap') notices.reload();
  });
  const sent = notices.value?.rows.filter(({ state }) => state === 'live' || state === 'over');
  return (
    <div class="stack">
      <h1>Reports</h1>
      <p class="muted">Choose the notice. Its reports go to the suppliers, to Ofgem and to the customers.</p>
      {sent === undefined ? (
        <Waiting refusal={notices.refusal} />
      ) : sent.length === 0 ? (
        <p class="card">No notice has been in force yet.</p>
      ) : (
        <ul class="plain stack close">
          {sent.map((notice) => (
            <li key={notice.noticeId}>
              <a
                class={`card pick ${notice.isRehearsal ? 'is-rehearsal' : 'is-real'}`}
                href={`/reports/${notice.noticeId}`}
              >
                <span>
                  <strong>
                    {notice.measureText}, {areaWords(notice.area)}
                  </strong>
                  <br />
                  <span class="muted small">
                    <span class="fixed">{notice.noticeId}</span> · drafted by {notice.drafted.by},{' '}
                    <Instant at={notice.drafted.at} />
                  </span>
                </span>
                <span class="row">
                  <KindBadge isRehearsal={notice.isRehearsal} />
                  <Badge tone={STATE_WORDS[notice.state].tone}>{STATE_WORDS[notice.state].name}</Badge>
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function NoticeReports({ noticeId, query }: { readonly noticeId: string; readonly query: URLSearchParams }) {
  const { api } = useDesk();
  const notice = useFetched<Notice>(api, `notices/${encodeURIComponent(noticeId)}`);
  if (notice.value === undefined) return <Waiting refusal={notice.refusal} />;
  const { isRehearsal, measureText, area } = notice.value;
  return (
    <div class={`stack ${isRehearsal ? 'rehearsal' : 'real'}`}>
      <div>
        <p class="muted">
          <a href="/reports">Reports</a> /{' '}
          <a class="fixed" href={`/notices/${noticeId}`}>
            {noticeId}
          </a>
        </p>
        <h1>
          Reports: {measureText}, {areaWords(area)}
        </h1>
      </div>
      <KindBand isRehearsal={isRehearsal} realWords="These reports tell of load that was moved in homes." />
      <ReportDesk noticeId={noticeId} choice={readChoice(query)} />
    </div>
  );
}
