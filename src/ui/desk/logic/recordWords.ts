import type { CompletenessState, HomeConsent, RequestState } from '../../../contract/desk.ts';
import type { LossMessage } from '../../../contract/streams.ts';
import type { Tone } from '../../shared/tone.ts';
import type { Word } from './words.ts';

export const COMPLETENESS_WORDS: Readonly<Record<CompletenessState, Word>> = {
  givenUp: {
    name: 'Given up',
    tone: 'bad',
    meaning: 'Records are missing, and they are not asked for any more.',
  },
  missing: { name: 'Missing', tone: 'warn', meaning: 'Records are missing; they are asked for.' },
  flawed: {
    name: 'Flawed',
    tone: 'warn',
    meaning: 'Records are gone without an explanation, or what came is not what the gateway vouches for.',
  },
  silent: { name: 'Nothing came', tone: 'idle', meaning: 'Nothing has come of this gateway yet.' },
  whole: { name: 'Whole', tone: 'good', meaning: 'All came, or the gateway has said why not.' },
};

type LossCause = LossMessage['losses'][number]['cause'];

const LOSS_WORDS: Readonly<Record<LossCause, string>> = {
  thinned: 'no room until the broker was back',
  consent: 'consent withdrawn before it was sent',
  erased: 'erased by the household',
  damagedRow: 'damaged by the storage medium',
  notRecorded: 'the storage medium took nothing',
  recordLost: 'the record was damaged and set aside',
  restored: 'restored from a backup without it',
  notRunning: 'the gateway was not running',
  clockUnknown: 'not running, no clock told for how long',
  deviceAbsent: 'a device did not answer',
};

/** A newer gateway may know causes that these pages do not. */
export function lossWords(cause: string): string {
  return (LOSS_WORDS as Readonly<Record<string, string>>)[cause] ?? cause;
}

type Purpose = HomeConsent['purposes'][number]['purpose'];

export const PURPOSE_WORDS: Readonly<Record<Purpose, string>> = {
  installation: 'Installation',
  research: 'Research',
  chargingData: 'Charging data',
  vehicleData: 'Vehicle data',
  networkDiagnostics: 'Network diagnostics',
  onwardUse: 'Onward use',
  demandControl: 'Demand control',
  v2gControl: 'Vehicle-to-grid control',
  dnoRestriction: 'Emergency restriction',
  photographs: 'Photographs',
};

/** Of a gateway that is newer than these pages. */
export function purposeWords(purpose: string): string {
  return (PURPOSE_WORDS as Readonly<Record<string, string>>)[purpose] ?? purpose;
}

export const REQUEST_WORDS: Readonly<Record<RequestState, { readonly name: string; readonly tone: Tone }>> = {
  waiting: { name: 'Waits for the broker', tone: 'warn' },
  sent: { name: 'Sent, not answered yet', tone: 'action' },
  acknowledged: { name: 'Acknowledged', tone: 'good' },
  refused: { name: 'Refused by the gateway', tone: 'bad' },
};

export const ACTION_WORDS = {
  given: 'agrees',
  refused: 'does not agree',
  withdrawn: 'agrees no more',
} as const;

/** `main` and `driver-2` as people say it. */
export function personWords(person: string): string {
  return person === 'main' ? 'Main driver' : `Driver ${person.replace('driver-', '')}`;
}
