import type { HomeConsent } from '../../contract/desk.ts';
import { alignColumns } from '../table.ts';

/** What a home has agreed to, what waits for an answer, and what was taken back. */
export function renderHomeConsent(home: HomeConsent): readonly string[] {
  const { purposes, requests, announcement, tombstones, unacknowledged } = home;
  const persons = purposes.flatMap(({ purpose, persons: who }) =>
    who.map(({ person, state, textVersion, at, how, evidence, expiresAt, isAcknowledged }) => [
      purpose,
      person,
      state,
      `text ${textVersion}`,
      at,
      how,
      [
        ...(evidence === undefined ? [] : [`evidence ${evidence}`]),
        ...(expiresAt === undefined ? [] : [`until ${expiresAt}`]),
        ...(isAcknowledged ? [] : ['not acknowledged to the gateway yet']),
      ].join(', '),
    ]),
  );
  const never = purposes.filter(({ persons: who }) => who.length === 0).map(({ purpose }) => purpose);
  return [
    ...(persons.length === 0
      ? ['Nothing was said about consent yet']
      : alignColumns([['purpose', 'person', 'state', 'agreed to', 'since', 'how', ''], ...persons])),
    ...(persons.length > 0 && never.length > 0 ? [`Nothing was said about ${never.join(', ')}`] : []),
    ...(announcement === undefined
      ? []
      : [
          `Version ${announcement.version} of the texts, announced ${announcement.at}: ${announcement.state}${because(announcement.cause)}`,
        ]),
    ...(requests.length === 0 ? [] : ['', 'Entered here, newest first:']),
    ...alignColumns(
      requests.map((request) => [
        `  ${request.at}`,
        `${request.purpose} ${request.action}`,
        request.person,
        `text ${request.textVersion}`,
        request.by ?? '-',
        `${request.state}${because(request.cause)}`,
      ]),
    ),
    ...tombstones.map(
      ({ at, purposes: of, removed, rewritten }) =>
        `${at}: without ${of.join(', ')} the gateway took ${removed} messages out of its outbox and cut ${rewritten}`,
    ),
    ...(unacknowledged > 0 ? [`${unacknowledged} entries wait to be acknowledged to the gateway`] : []),
  ];
}

function because(cause: string | undefined): string {
  return cause === undefined ? '' : `: ${cause}`;
}
