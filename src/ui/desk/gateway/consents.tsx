import { useState } from 'preact/hooks';
import type { HomeConsent } from '../../../contract/desk.ts';
import { counted } from '../../shared/format.ts';
import { useFetched } from '../../shared/hooks.ts';
import { Instant } from '../../shared/parts/instant.tsx';
import { Badge, Note, Waiting } from '../../shared/parts/words.tsx';
import { useThrottled } from '../../shared/useThrottled.ts';
import { useDesk, useLive } from '../context.ts';
import {
  ACTION_WORDS,
  PURPOSE_WORDS,
  personWords,
  purposeWords,
  REQUEST_WORDS,
} from '../logic/recordWords.ts';
import { CONSENT_WORDS } from '../logic/words.ts';
import { EnterConsent } from './enterConsent.tsx';

const REFETCH_MS = 5_000;

/** What a household has agreed to, person by person, and what waits for an answer. */
export function Consents({ gatewayId }: { readonly gatewayId: string }) {
  const { api, session } = useDesk();
  const found = useFetched<HomeConsent>(api, `gateways/${encodeURIComponent(gatewayId)}/consents`);
  const [isEntering, setIsEntering] = useState(false);
  const refetch = useThrottled(found.reload, REFETCH_MS);
  useLive(({ event }) => {
    if (event === 'areas' || event === 'gap') refetch();
  });
  if (found.value === undefined) return <Waiting refusal={found.refusal} />;
  const { purposes, requests, announcement, tombstones, unacknowledged } = found.value;
  return (
    <section class="card flush" aria-label="Consent">
      <div class="card-head row apart">
        <h2>Consent</h2>
        {session.roles.includes('registrar') && (
          <button type="button" class="button" onClick={() => setIsEntering(true)}>
            Enter what somebody said …
          </button>
        )}
      </div>
      <PurposeTable purposes={purposes} />
      <div class="card-foot stack close">
        {unacknowledged > 0 && (
          <Note tone="warn">
            {counted(unacknowledged, 'entry', 'entries')} of the gateway wait to be acknowledged to it: when
            the broker is there, and when this desk has a key of its own.
          </Note>
        )}
        {announcement !== undefined && (
          <p class="row">
            Version {announcement.version} of the texts, <Instant at={announcement.at} />
            <Badge tone={REQUEST_WORDS[announcement.state].tone}>
              {REQUEST_WORDS[announcement.state].name}
            </Badge>
            {announcement.cause !== undefined && <span class="hash">{announcement.cause}</span>}
          </p>
        )}
        <h3>Entered at this desk</h3>
        {requests.length === 0 && <p class="muted">Nothing yet.</p>}
        {requests.map((request) => (
          <p key={request.id} class="row">
            <Instant at={request.at} />
            <span>
              {personWords(request.person)} {ACTION_WORDS[request.action]}: {PURPOSE_WORDS[request.purpose]},
              text {request.textVersion}
              {request.by !== undefined && <span class="muted"> · by {request.by}</span>}
            </span>
            <Badge tone={REQUEST_WORDS[request.state].tone}>{REQUEST_WORDS[request.state].name}</Badge>
            {request.cause !== undefined && <span class="hash">{request.cause}</span>}
          </p>
        ))}
        {tombstones.map(({ at, purposes: of, removed, rewritten }) => (
          <p key={at} class="muted">
            <Instant at={at} />: without {of.map(purposeWords).join(', ')} the gateway took{' '}
            {counted(removed, 'waiting message')} away and cut {counted(rewritten, 'other')}.
          </p>
        ))}
      </div>
      {isEntering && (
        <EnterConsent
          gatewayId={gatewayId}
          purposes={purposes}
          onClose={() => {
            setIsEntering(false);
            found.reload();
          }}
        />
      )}
    </section>
  );
}

function PurposeTable({ purposes }: Pick<HomeConsent, 'purposes'>) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Purpose</th>
          <th scope="col">Household</th>
          <th scope="col">Who said what</th>
          <th scope="col">Announced text</th>
        </tr>
      </thead>
      <tbody>
        {purposes.map(({ purpose, title, state, text, persons }) => (
          <tr key={purpose}>
            <th scope="row">
              <span title={title}>{PURPOSE_WORDS[purpose]}</span>
            </th>
            <td data-name="Household">
              <Badge tone={CONSENT_WORDS[state].tone}>{STATE_WORDS[state]}</Badge>
            </td>
            <td data-name="Who said what" class={persons.length === 0 ? 'nothing' : 'wide'}>
              {persons.length === 0 ? <span class="muted">nobody yet</span> : <Persons persons={persons} />}
            </td>
            <td data-name="Announced text" class={text === undefined ? 'nothing' : undefined}>
              {text === undefined ? (
                <span class="muted">none from here</span>
              ) : (
                <span>
                  {text.version}
                  {text.appliesFrom !== undefined && (
                    <span class="muted small">
                      {' from '}
                      <Instant at={text.appliesFrom} />
                    </span>
                  )}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const STATE_WORDS: Readonly<Record<HomeConsent['purposes'][number]['state'], string>> = {
  given: 'Agreed',
  never: 'Nothing said',
  refused: 'Refused',
  withdrawn: 'Withdrawn',
  expired: 'Expired',
  superseded: 'Older text',
  unconfirmed: 'Unconfirmed',
};

function Persons({ persons }: { readonly persons: HomeConsent['purposes'][number]['persons'] }) {
  return (
    <ul class="plain">
      {persons.map(({ person, state, textVersion, at, evidence, isAcknowledged }) => (
        <li key={person}>
          {personWords(person)}: {STATE_WORDS[state].toLowerCase()}, text {textVersion}, <Instant at={at} />
          {evidence !== undefined && <span class="muted"> · evidence {evidence}</span>}
          {!isAcknowledged && (
            <>
              {' '}
              <Badge tone="warn">not acknowledged yet</Badge>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
