import type { ConsentReport } from '../contract/consentView.ts';
import type { Choice } from '../contract/owner.ts';
import {
  CONSENT_ACTIONS,
  CONSENT_EVIDENCE,
  CONSENT_PERSON,
  CONSENT_WAYS,
  consentOfPerson,
  GATEWAY_PURPOSES,
} from '../domain/consent.ts';
import type { Clock } from '../ports/clock.ts';
import type { Agreement } from './agreement.ts';
import { reportConsent } from './describeConsent.ts';

/** What somebody in the home says about one purpose. */
export interface ConsentWish {
  readonly purpose: string;
  readonly action: string;
  /** Which text was shown; empty: the one that applies now. */
  readonly textVersion: string;
  readonly person: string;
  readonly how: string;
  readonly evidence: string;
  /** Given only until then, an instant; empty: until it is withdrawn. */
  readonly until: string;
}

/** Consent at the local socket: it takes effect before any network is asked. */
export interface ConsentDoors {
  report(): ConsentReport;
  choose(wish: ConsentWish): Choice;
}

interface Parts {
  readonly agreement: Pick<Agreement, 'view' | 'change'>;
  readonly clock: Clock;
}

export function openConsentDoors({ agreement, clock }: Parts): ConsentDoors {
  return {
    report: () => reportConsent(agreement.view(), clock.now()),
    choose(wish) {
      const purpose = oneOf(GATEWAY_PURPOSES, wish.purpose);
      const action = oneOf(CONSENT_ACTIONS, wish.action);
      const how = oneOf(CONSENT_WAYS, wish.how);
      const { person } = wish;
      if (wish.purpose === 'photographs') {
        return refused('The back office keeps the consent to photographs; this gateway takes none');
      }
      if (purpose === undefined) return unknown('purpose', GATEWAY_PURPOSES, wish.purpose);
      if (action === undefined) return unknown('action', CONSENT_ACTIONS, wish.action);
      if (!CONSENT_PERSON.test(person)) {
        return refused(
          `Expected as person main, driver-2, driver-3 and so on, never a name; found "${person}"`,
        );
      }
      if (how === undefined) return unknown('way', CONSENT_WAYS, wish.how);
      if (wish.evidence !== '' && !CONSENT_EVIDENCE.test(wish.evidence)) {
        return refused('The evidence is a reference of up to 40 letters, digits and ./:_-, without spaces');
      }
      const { utcMs } = clock.now();
      const until = wish.until === '' ? {} : { expiresAtUtcMs: Date.parse(wish.until) };
      if (until.expiresAtUtcMs !== undefined && !(until.expiresAtUtcMs > utcMs)) {
        return refused(`Expected an instant that is still to come, found "${wish.until}"`);
      }
      const { ledger, texts } = agreement.view();
      const current = texts[purpose]?.version;
      if (action === 'given' && current === undefined) {
        const where = purpose === 'dnoRestriction' ? 'restriction.consentText' : `consentTexts.${purpose}`;
        return refused(`The site plan names no text of consent (${where}); add one first`);
      }
      const before = consentOfPerson(ledger, purpose, person, texts, utcMs);
      const known = before.kind === 'never' ? 'none' : before.entry.textVersion;
      const textVersion = wish.textVersion === '' ? (current ?? known) : wish.textVersion;
      if (action === 'given' && textVersion !== current) {
        return refused(
          `The text that applies now is ${current}; ${textVersion} cannot be agreed to any more`,
        );
      }
      const isSame = before.kind === action && before.entry.textVersion === textVersion && wish.until === '';
      if (isSame) return { isDone: true, sentence: `${purpose} was ${action} already, text ${textVersion}` };
      const evidence = wish.evidence === '' ? {} : { evidence: wish.evidence };
      const entry = { purpose, action, textVersion, person, how, atUtcMs: utcMs, ...evidence, ...until };
      if (agreement.change([entry])) {
        return { isDone: true, sentence: `${purpose} is ${action}, text ${textVersion}` };
      }
      return refused('It holds now but could not be recorded, and a restart would forget it; check the disk');
    },
  };
}

function oneOf<T extends string>(known: readonly T[], given: string): T | undefined {
  return known.find((each) => each === given);
}

function unknown(what: string, known: readonly string[], found: string): Choice {
  return refused(`Expected as ${what} one of ${known.join(', ')}; found "${found}"`);
}

function refused(sentence: string): Choice {
  return { isDone: false, sentence };
}
