import type { ConsentReport } from '../contract/consentView.ts';
import type { Status } from '../contract/status.ts';
import {
  CONSENT_PURPOSES,
  type ConsentPurpose,
  type ConsentState,
  consentOfPerson,
  consentStateOf,
  GATEWAY_PURPOSES,
  personsOf,
} from '../domain/consent.ts';
import { iso, type Now } from '../domain/instant.ts';
import type { ConsentView } from './consentKeeper.ts';

type Ledger = Pick<ConsentView, 'ledger' | 'texts'>;

/** For the status: where the household stands. */
export function describeConsent({ ledger, texts }: Ledger, { utcMs }: Now): Status['consent'] {
  return GATEWAY_PURPOSES.map((purpose) => ({
    purpose,
    ...standingOf(consentStateOf(ledger, purpose, texts, utcMs)),
  }));
}

/** For the household: all of it, person by person. */
export function reportConsent(view: Ledger & Pick<ConsentView, 'unacknowledged'>, now: Now): ConsentReport {
  const { ledger, texts } = view;
  return {
    schema: 'loadgate.consent-view/1',
    purposes: GATEWAY_PURPOSES.map((purpose) => {
      const text = texts[purpose];
      const { title, leaves } = CONSENT_PURPOSES[purpose];
      return {
        purpose,
        title,
        leaves,
        ...standingOf(consentStateOf(ledger, purpose, texts, now.utcMs)),
        ...(text === undefined ? {} : { text: describeText(text) }),
        persons: personsOf(ledger).map((person) => describePerson(view, purpose, person, now)),
      };
    }),
  };
}

function describePerson(
  { ledger, texts, unacknowledged }: Ledger & Pick<ConsentView, 'unacknowledged'>,
  purpose: ConsentPurpose,
  person: string,
  { utcMs }: Now,
): ConsentReport['purposes'][number]['persons'][number] {
  const state = consentOfPerson(ledger, purpose, person, texts, utcMs);
  if (state.kind === 'never') return { person, state: 'never' };
  const { how, evidence, expiresAtUtcMs } = state.entry;
  const number = ledger.indexOf(state.entry) + 1;
  return {
    person,
    ...standingOf(state),
    how,
    ...(evidence === undefined ? {} : { evidence }),
    ...(expiresAtUtcMs === undefined ? {} : { expiresAt: iso(expiresAtUtcMs) }),
    isAcknowledged: !unacknowledged.includes(number),
  };
}

function describeText({
  version,
  appliesFromUtcMs,
}: NonNullable<ConsentView['texts'][ConsentPurpose]>): NonNullable<
  ConsentReport['purposes'][number]['text']
> {
  return { version, ...(appliesFromUtcMs === undefined ? {} : { appliesFrom: iso(appliesFromUtcMs) }) };
}

function standingOf(state: ConsentState): Pick<Status['consent'][number], 'state' | 'textVersion' | 'at'> {
  if (state.kind === 'never') return { state: 'never' };
  const { textVersion, atUtcMs } = state.entry;
  return { state: state.kind, textVersion, at: iso(atUtcMs) };
}
