import type { BoardRow, Notice, NoticeState, NoticeSummary, Role, Stage } from '../../../contract/desk.ts';
import type { ReceiptMessage } from '../../../contract/receipt.ts';
import { counted, duration } from '../../shared/format.ts';
import type { Tone } from '../../shared/tone.ts';

export interface Word {
  readonly name: string;
  readonly tone: Tone;
  readonly meaning: string;
}

export const STATE_WORDS: Readonly<Record<NoticeState, Word>> = {
  drafted: { name: 'Drafted', tone: 'idle', meaning: 'Waits for a second person to authorise it.' },
  authorised: { name: 'Authorised', tone: 'action', meaning: 'Two people have agreed. It can be sent.' },
  sending: { name: 'Sending', tone: 'action', meaning: 'Signed; the message broker has not taken it yet.' },
  waiting: {
    name: 'Sent, waits to begin',
    tone: 'action',
    meaning: 'The homes have it and begin at its time.',
  },
  live: { name: 'In force', tone: 'good', meaning: 'It is in force now and ends by itself.' },
  over: { name: 'Over', tone: 'idle', meaning: 'It has ended.' },
  discarded: {
    name: 'Discarded',
    tone: 'idle',
    meaning: 'Given up before it was sent. No home has seen it.',
  },
};

export const STAGE_WORDS: Readonly<Record<Stage, Word>> = {
  asked: { name: 'No answer yet', tone: 'idle', meaning: 'Asked, but nothing has come back.' },
  refused: { name: 'Refused', tone: 'bad', meaning: 'Not taken; the cause stands beside it.' },
  received: { name: 'Received', tone: 'action', meaning: 'Checked and taken; it begins now or later.' },
  started: { name: 'In force', tone: 'good', meaning: 'The home holds the limit.' },
  completed: { name: 'Completed', tone: 'good', meaning: 'Ended at its time; loads are coming back.' },
  withdrawn: {
    name: 'Withdrawn',
    tone: 'warn',
    meaning: 'The household withdrew its agreement, so it ended there.',
  },
  cancelled: { name: 'Cancelled', tone: 'warn', meaning: 'Ended early by the desk.' },
  superseded: { name: 'Replaced', tone: 'idle', meaning: 'Another notice has taken its place.' },
  released: { name: 'Released', tone: 'idle', meaning: 'Every load is back.' },
};

type RefusalCode = NonNullable<ReceiptMessage['code']>;

/** What the desk can do about a refusal; the cause itself is told by the gateway. */
export const REFUSAL_ADVICE: Readonly<Record<RefusalCode, string>> = {
  size: 'Fault in the notice: tell the people who run the desk.',
  shape: 'The gateway may run an older version: update it.',
  unknownKey: 'Its trust bundle is out of date: publish the bundle again.',
  wrongRole: 'The signing key is not for restrictions: ask who keeps the keys.',
  wrongDistributor: 'The supply belongs to another distributor: correct the register.',
  revokedKey: 'The signing key has been revoked: stop, and call who keeps the keys.',
  keyOutOfDate: 'The signing key is outside of its time: change the key.',
  badSignature: 'The notice was changed on its way: check the broker.',
  notAddressed: 'The register and the site plan name different areas: correct one.',
  idReused: 'A notice with this number exists there already: draft a new one.',
  lowerSequence: 'A later notice was there first: look for another desk that sends here.',
  expired: 'It arrived too late. Nothing to do.',
  clockUntrusted: 'Its clock is not set: a notice that begins on receipt is taken.',
  tooFarAhead: 'Send it nearer to its beginning.',
  noConsent: 'This is its right. Nothing to do.',
  consentWithdrawn: 'This is its right. Nothing to do.',
  consentOutdated: 'The household agreed to an older text: ask it again.',
  overCap: 'The agreed hours are used up for now. Do not ask again today.',
  floor: 'Everything there is kept for essential needs.',
  undefinedNotice: 'It never took the notice that this refers to.',
  wrongState: 'It holds another notice than this refers to: look into it.',
  beforeRestore: 'The gateway was restored from a backup since: ask for the early end again.',
  alreadyOver: 'The notice was over there already. Nothing to do.',
};

export function adviceFor(code: string): string | undefined {
  return (REFUSAL_ADVICE as Readonly<Record<string, string>>)[code];
}

export const CONSENT_WORDS: Readonly<Record<BoardRow['consent'], Word>> = {
  given: { name: 'Agreed', tone: 'good', meaning: 'Has agreed to emergency restrictions.' },
  never: { name: 'Not asked', tone: 'idle', meaning: 'Has not been asked, or the desk does not know.' },
  refused: { name: 'Refused', tone: 'idle', meaning: 'Has said no.' },
  withdrawn: { name: 'Withdrawn', tone: 'warn', meaning: 'Has agreed once and withdrawn it.' },
  expired: { name: 'Expired', tone: 'warn', meaning: 'Has agreed for a time, which is over.' },
  superseded: {
    name: 'Older text',
    tone: 'warn',
    meaning: 'Has agreed to a text that does not apply any more.',
  },
  unconfirmed: {
    name: 'Unconfirmed',
    tone: 'warn',
    meaning: 'The gateway was restored from a backup, and what was said since is not known: ask again.',
  },
};

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: 'viewer',
  engineer: 'control engineer',
  authoriser: 'authoriser',
  registrar: 'registrar',
};

/** What the audit trail calls what was done. */
const ACTION_WORDS: Readonly<Record<string, string>> = {
  'session.begun': 'Logged in',
  'session.refused': 'Log-in refused',
  'session.ended': 'Logged out',
  'notice.drafted': 'Notice drafted',
  'notice.authorised': 'Notice authorised',
  'notice.discarded': 'Notice discarded',
  'notice.sent': 'Notice signed and sent',
  'notice.published': 'Notice published',
  'cancel.asked': 'Early end asked for',
  'cancel.authorised': 'Early end authorised and sent',
  'cancel.refused': 'Early end not agreed',
  'cancel.published': 'Early end published',
  'gateways.imported': 'Gateways registered',
  'trust.published': 'Trust bundle published',
  'consent.entered': 'Consent entered for somebody',
  'consent.textsPublished': 'Texts of consent announced',
  'records.askedFor': 'Missing records asked for anew',
};

/** An action that is newer than these pages is called as the desk calls it. */
export function actionWords(action: string): string {
  return ACTION_WORDS[action] ?? action;
}

export const CAUSE_WORDS: Readonly<Record<Notice['draft']['basis']['cause'], string>> = {
  flexibilityFailed: 'Bought flexibility was called and failed',
  flexibilityAbsent: 'No flexibility could be bought here',
  overloadImminent: 'An overload is about to cut people off',
  other: 'Other, as described',
};

export function areaWords(area: NoticeSummary['area']): string {
  if (area.kind === 'gateways') return counted(area.gatewayIds.length, 'single gateway');
  return `${area.kind === 'feeder' ? 'Feeder' : 'Substation'} ${area.areaId}`;
}

/** What a person has to type before a real notice goes out. */
export function areaToType(area: NoticeSummary['area']): string {
  return area.kind === 'gateways' ? String(area.gatewayIds.length) : area.areaId;
}

/** What is said beside the stage of a row, in one phrase; empty when there is nothing more to say. */
export function rowRemark(row: BoardRow): string {
  const parts = [
    row.stage === 'refused' ? (row.cause ?? row.code) : undefined,
    row.stage === 'released' && row.endedAs !== undefined
      ? STAGE_WORDS[row.endedAs].name.toLowerCase()
      : undefined,
    row.trimmedToSeconds === undefined
      ? undefined
      : `cut to ${duration(row.trimmedToSeconds)} by the agreement`,
    row.flooredLoads === undefined || row.flooredLoads === 0
      ? undefined
      : `${counted(row.flooredLoads, 'essential load')} left alone`,
    row.isReachable ? undefined : 'not reachable',
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}
