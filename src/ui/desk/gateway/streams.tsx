import { useState } from 'preact/hooks';
import type { StreamReport, StreamReports } from '../../../contract/desk.ts';
import type { RefusalBody } from '../../shared/api.ts';
import { count } from '../../shared/format.ts';
import { useFetched } from '../../shared/hooks.ts';
import { Ago, Instant } from '../../shared/parts/instant.tsx';
import { Badge, Note, RefusalNote, Waiting } from '../../shared/parts/words.tsx';
import { useThrottled } from '../../shared/useThrottled.ts';
import { useDesk, useLive } from '../context.ts';
import { lossWords } from '../logic/recordWords.ts';

const REFETCH_MS = 5_000;

/** Each stream of a gateway, what is missing of it, and what is done about that. */
export function Streams({ gatewayId }: { readonly gatewayId: string }) {
  const { api, session } = useDesk();
  const path = `gateways/${encodeURIComponent(gatewayId)}/streams`;
  const found = useFetched<StreamReports>(api, path);
  const [refusal, setRefusal] = useState<RefusalBody>();
  const refetch = useThrottled(found.reload, REFETCH_MS);
  useLive(({ event }) => {
    if (event === 'areas' || event === 'gap') refetch();
  });
  if (found.value === undefined) return <Waiting refusal={found.refusal} />;
  const { streams } = found.value;
  const open = streams.filter(({ missing }) => missing > 0);
  const mayAsk = session.roles.some((role) => role === 'engineer' || role === 'registrar');

  async function askAnew(): Promise<void> {
    const asked = await api.post(`${path}/ask`, {});
    setRefusal(asked.ok ? undefined : asked.refusal);
    found.reload();
  }

  return (
    <section class="card flush" aria-label="Records">
      <div class="card-head row apart">
        <h2>Records</h2>
        {mayAsk && open.length > 0 && (
          <button type="button" class="button" onClick={askAnew}>
            Ask for them anew
          </button>
        )}
      </div>
      {streams.length === 0 ? (
        <p class="empty">Nothing has come of this gateway yet.</p>
      ) : (
        <StreamTable streams={streams} />
      )}
      {(open.length > 0 || refusal !== undefined) && (
        <div class="card-foot stack close">
          <RefusalNote refusal={refusal} />
          {open.map((report) => (
            <Missing key={report.outboxId + report.stream} report={report} />
          ))}
        </div>
      )}
    </section>
  );
}

function Missing({ report }: { readonly report: StreamReport }) {
  const { stream, missingRanges, missingSince, asking } = report;
  const ranges = missingRanges.map(({ from, until }) => (from === until ? `${from}` : `${from} to ${until}`));
  return (
    <Note tone={asking.state === 'givenUp' ? 'bad' : 'warn'}>
      <p class="hash">
        <strong>{stream}</strong> misses {ranges.join(', ')}
        {missingSince !== undefined && (
          <>
            {', seen '}
            <Ago at={missingSince} />
          </>
        )}
        .
      </p>
      <p class="hash">{asking.sentence}</p>
    </Note>
  );
}

function StreamTable({ streams }: { readonly streams: readonly StreamReport[] }) {
  const hasSeveral = new Set(streams.map(({ outboxId }) => outboxId)).size > 1;
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Stream</th>
          <th scope="col" class="number">
            Received
          </th>
          <th scope="col" class="number">
            Missing
          </th>
          <th scope="col">Lost, and why</th>
          <th scope="col" class="number">
            Gone
          </th>
          <th scope="col" class="number">
            Proven until
          </th>
          <th scope="col">Last manifest</th>
        </tr>
      </thead>
      <tbody>
        {streams.map((report) => (
          <tr key={report.outboxId + report.stream}>
            <th scope="row">
              {report.stream}
              {hasSeveral && <span class="muted small light"> outbox {report.outboxId}</span>}
            </th>
            <td data-name="Received" class="number">
              {count(report.received)}
            </td>
            <td data-name="Missing" class="number">
              {report.missing === 0 ? '0' : <Badge tone="warn">{count(report.missing)}</Badge>}
            </td>
            <td data-name="Lost, and why" class={report.losses.length === 0 ? undefined : 'wide'}>
              <Losses report={report} />
            </td>
            <td data-name="Gone" class="number">
              {report.gone === 0 ? '0' : <Badge tone="warn">{count(report.gone)}</Badge>}
            </td>
            <td data-name="Proven until" class="number">
              {count(report.provenUntil)} of {count(report.highest)}
              {report.contradicted > 0 && (
                <>
                  {' '}
                  <Badge tone="bad">{count(report.contradicted)} contradicted</Badge>
                </>
              )}
            </td>
            <td data-name="Last manifest">
              {report.manifestAt === undefined ? (
                <span class="muted">none yet</span>
              ) : (
                <Instant at={report.manifestAt} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Losses({ report: { lost, losses } }: { readonly report: StreamReport }) {
  if (losses.length === 0) return <span>{count(lost)}</span>;
  return (
    <ul class="plain">
      {losses.map(({ cause, entries, records }) => (
        <li key={cause}>
          {records > 0 ? count(records) : entries === 1 ? 'once' : `${count(entries)} times`}:{' '}
          {lossWords(cause)}
        </li>
      ))}
    </ul>
  );
}
