import type { Role } from '../../contract/desk.ts';
import type { UtcMs } from '../../domain/instant.ts';
import type { Deed, NoticeRecord } from './record.ts';

/** Somebody at the desk. The name is the person, whatever session it comes from. */
export interface Person {
  readonly name: string;
  readonly roles: readonly Role[];
}

export type NoticeAction =
  | 'authorise'
  | 'send'
  | 'discard'
  | 'askCancel'
  | 'authoriseCancel'
  | 'refuseCancel';

export const NOTICE_ACTIONS: readonly NoticeAction[] = [
  'authorise',
  'send',
  'discard',
  'askCancel',
  'authoriseCancel',
  'refuseCancel',
];

/** Why a step cannot be taken. */
export interface Hindrance {
  readonly code: 'notAllowed' | 'wrongState' | 'notValid';
  readonly sentence: string;
}

const ROLES_FOR: Readonly<Record<NoticeAction, readonly Role[]>> = {
  authorise: ['authoriser'],
  send: ['engineer', 'authoriser'],
  discard: ['engineer', 'authoriser'],
  askCancel: ['engineer', 'authoriser'],
  authoriseCancel: ['authoriser'],
  refuseCancel: ['engineer', 'authoriser'],
};

/** Older figures are no ground to authorise on. */
const FORECAST_VALID_MS = 1_800_000;

/**
 * What hinders a person from a step on a notice, now. Two people stand behind every command: who drafted can never
 * authorise, and who asked for an early end can never let it go, whatever roles they have.
 */
export function hindranceOf(
  action: NoticeAction,
  notice: NoticeRecord,
  person: Person,
  now: { readonly utcMs: UtcMs; readonly isOver: boolean },
): Hindrance | undefined {
  const wanted = ROLES_FOR[action];
  if (!person.roles.some((role) => wanted.includes(role))) {
    return { code: 'notAllowed', sentence: `This needs the role ${wanted.join(' or ')}.` };
  }
  const state = stateHindrance(action, notice, now.isOver);
  if (state !== undefined) return { code: 'wrongState', sentence: state };
  if (action === 'authorise' && isSame(person, notice.drafted)) {
    return { code: 'notAllowed', sentence: 'You drafted it; a second person has to authorise it.' };
  }
  if (action === 'authoriseCancel' && notice.cancel !== undefined && isSame(person, notice.cancel.asked)) {
    return {
      code: 'notAllowed',
      sentence: 'You asked for the early end; a second person has to authorise it.',
    };
  }
  if (action === 'authorise' && now.utcMs - Date.parse(notice.forecast.at) > FORECAST_VALID_MS) {
    return {
      code: 'wrongState',
      sentence: 'The forecast is older than half an hour; make it anew and read it.',
    };
  }
  if (action === 'send') return sendHindrance(notice, now.utcMs);
  return undefined;
}

function isSame(person: Person, deed: Deed): boolean {
  return person.name === deed.by;
}

function stateHindrance(action: NoticeAction, notice: NoticeRecord, isOver: boolean): string | undefined {
  const { authorised, discarded, sent, cancel } = notice;
  if (discarded !== undefined) return 'It was discarded.';
  switch (action) {
    case 'authorise':
      return authorised === undefined ? undefined : 'It is authorised already.';
    case 'send':
      if (sent !== undefined) return 'It was sent already.';
      return authorised === undefined
        ? 'It is not authorised yet; a second person has to do that.'
        : undefined;
    case 'discard':
      return sent === undefined ? undefined : 'It was sent; ask for its early end instead.';
    case 'askCancel':
      if (sent === undefined) return 'It was not sent yet; discard it instead.';
      if (isOver) return 'It is over.';
      return cancel === undefined ? undefined : 'An early end was asked for already.';
    default:
      if (cancel === undefined) return 'Nobody has asked for an early end.';
      if (cancel.authorised !== undefined) return 'The early end was authorised already.';
      return isOver ? 'It is over.' : undefined;
  }
}

/** A beginning that has passed since it was drafted would reach nobody as it was meant. */
function sendHindrance({ draft }: NoticeRecord, nowUtcMs: UtcMs): Hindrance | undefined {
  if (draft.startsAt === undefined) return undefined;
  const endsAtUtcMs = Date.parse(draft.startsAt) + draft.durationSeconds * 1_000;
  if (nowUtcMs < endsAtUtcMs) return undefined;
  return { code: 'wrongState', sentence: 'Its end has passed; discard it and draft another one.' };
}
