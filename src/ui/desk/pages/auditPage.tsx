import { useState } from 'preact/hooks';
import type {
  AuditPage as AuditEntries,
  AuditEntry,
  NoticePage as NoticeRows,
  SetAside,
} from '../../../contract/desk.ts';
import { counted } from '../../shared/format.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Note, RefusalNote, Waiting } from '../../shared/parts/words.tsx';
import { useDesk, useLive } from '../context.ts';
import { actionWords } from '../logic/words.ts';
import { KindBadge } from '../parts/kind.tsx';

const PAGE_SIZE = 100;

/** Who did what, from the newest; and what came in that was not believed. */
export function AuditPage() {
  useTitle('Audit');
  return (
    <div class="stack">
      <h1>Audit</h1>
      <Trail />
      <Apart />
    </div>
  );
}

function Trail() {
  const { api } = useDesk();
  const newest = useFetched<AuditEntries>(api, `audit?limit=${PAGE_SIZE}`);
  const notices = useFetched<NoticeRows>(api, 'notices?page=1&pageSize=200');
  const kinds = new Map(notices.value?.rows.map(({ noticeId, isRehearsal }) => [noticeId, isRehearsal]));
  const [older, setOlder] = useState<readonly AuditEntry[]>([]);
  const [before, setBefore] = useState<number | 'end'>();
  const [refusal, setRefusal] = useState<typeof newest.refusal>();
  useLive(({ event }) => {
    // Once older entries are shown the newest stay as they are, or a gap would open between the two.
    if (older.length === 0 && (event === 'notices' || event === 'gap')) newest.reload();
  });
  if (newest.value === undefined) return <Waiting refusal={newest.refusal} />;
  const { entries, isWhole, brokenAt } = newest.value;
  const all = [...entries, ...older];
  const next = before ?? newest.value.before ?? 'end';

  async function more(): Promise<void> {
    const found = await api.get<AuditEntries>(`audit?limit=${PAGE_SIZE}&before=${next}`);
    setRefusal(found.ok ? undefined : found.refusal);
    if (!found.ok) return;
    setOlder((known) => [...known, ...found.value.entries]);
    setBefore(found.value.before ?? 'end');
  }

  return (
    <section class="card flush" aria-label="Audit trail">
      <div class="card-head">
        <Note tone={isWhole ? 'good' : 'bad'}>
          {isWhole
            ? 'The trail is whole: each entry fits the one before it, from the first to the last.'
            : `The trail has been changed: entry ${brokenAt ?? 'unknown'} does not fit the one before it. Keep the store as it is and call who runs the desk.`}
        </Note>
      </div>
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Entry</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">On</th>
            <th scope="col">From</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          {all.map((entry) => (
            <Entry key={entry.entry} entry={entry} isRehearsal={kinds.get(entry.subject)} />
          ))}
        </tbody>
      </table>
      <div class="card-foot row apart">
        <RefusalNote refusal={refusal} />
        {next === 'end' ? (
          <span class="muted">This is the beginning of the trail.</span>
        ) : (
          <button type="button" class="button" onClick={more}>
            Show older entries
          </button>
        )}
      </div>
    </section>
  );
}

interface EntryProps {
  readonly entry: AuditEntry;
  /** Of the notice that it is about; undefined when it is about none. */
  readonly isRehearsal: boolean | undefined;
}

function Entry({ entry, isRehearsal }: EntryProps) {
  return (
    <tr>
      <th scope="row">{entry.entry}</th>
      <td data-name="When">
        <Instant at={entry.at} />
      </td>
      <td data-name="Who">
        {entry.user ?? <span class="muted">{entry.from === '' ? 'the desk' : 'not logged in'}</span>}
      </td>
      <td data-name="What" class="wide">
        <strong title={entry.action}>{actionWords(entry.action)}</strong>
        {entry.sentence !== `${actionWords(entry.action)}.` && <div class="small hash">{entry.sentence}</div>}
      </td>
      <td data-name="On" class="wide">
        <Subject action={entry.action} subject={entry.subject} />{' '}
        {isRehearsal !== undefined && <KindBadge isRehearsal={isRehearsal} />}
      </td>
      <td data-name="From" class="fixed">
        {entry.from === '' ? <span class="muted">here</span> : entry.from}
      </td>
      <td data-name="Hash">
        <code title={entry.hash}>{entry.hash.slice(0, 10)}…</code>
      </td>
    </tr>
  );
}

function Subject({ action, subject }: Pick<AuditEntry, 'action' | 'subject'>) {
  if (subject === '') return <span class="muted">the desk</span>;
  if (!/^(notice|cancel)\./.test(action)) return <span class="fixed">{subject}</span>;
  return (
    <a class="fixed" href={`/notices/${subject}`}>
      {subject}
    </a>
  );
}

function Apart() {
  const { api, desk } = useDesk();
  const found = useFetched<SetAside>(api, 'set-aside?limit=50');
  if (found.value === undefined) return <Waiting refusal={found.refusal} />;
  return (
    <section class="card stack close" aria-label="Messages set aside">
      <h2>Messages set aside</h2>
      <p class="muted">
        What came in and could not be read or believed, such as a receipt with a wrong signature.
      </p>
      {desk.missingReceipts > 0 && (
        <Note tone="warn">
          {counted(desk.missingReceipts, 'receipt')} that gateways have sent never came in, though later ones
          did.
        </Note>
      )}
      {found.value.messages.length === 0 ? (
        <p>None.</p>
      ) : (
        found.value.messages.map((message) => (
          <details key={message.at + message.topic} class="apart-message">
            <summary>
              <Instant at={message.at} /> <span class="fixed">{message.gatewayId ?? message.topic}</span>:{' '}
              {message.cause}
            </summary>
            <pre class="fixed">{message.payload}</pre>
          </details>
        ))
      )}
    </section>
  );
}
