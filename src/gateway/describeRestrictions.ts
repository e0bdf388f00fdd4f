import type { Status } from '../contract/status.ts';
import { utcOf } from '../core/restrictions/effect.ts';
import type { HeldNotice, RestrictionMemory } from '../core/restrictions/memory.ts';
import { iso, type Now } from '../domain/instant.ts';
import { distributorName } from '../domain/mpan.ts';
import type { Measure } from '../domain/restriction.ts';
import type { SitePlan } from '../domain/sitePlan.ts';

/** Restrictions for the household: who, why, until when, and how to object. */
export function describeRestrictions(
  { held }: RestrictionMemory,
  site: SitePlan,
  now: Now,
): Status['restrictions'] {
  return held.map((one) => ({
    noticeId: one.notice.noticeId,
    state: one.ended !== undefined ? 'releasing' : one.startedAtMs === undefined ? 'armed' : 'inForce',
    issuer: one.notice.issuer,
    isRehearsal: one.notice.isRehearsal,
    from: iso(utcOf(one.startedAtMs ?? one.startsAtMs, now)),
    until: iso(utcOf(one.ended?.atMs ?? one.endsAtMs, now)),
    sentence: restrictionSentence(one, now),
    objection: site.restriction?.objection ?? '',
  }));
}

/** One sentence for a person at home. */
export function restrictionSentence({ notice, endsAtMs, ended, startedAtMs }: HeldNotice, now: Now): string {
  const who = distributorName(notice.issuer);
  if (notice.isRehearsal) return `${who} rehearses an emergency restriction; nothing in this home is changed`;
  const what = measureWords(notice.measure);
  const until = iso(utcOf(ended?.atMs ?? endsAtMs, now));
  if (ended !== undefined)
    return `The restriction by ${who} is over; what it held comes back within ten minutes`;
  if (startedAtMs === undefined)
    return `${who} has announced a restriction until ${until}: ${what}. Why: ${notice.reason}`;
  return `${who} restricts this home until ${until}: ${what}. Why: ${notice.reason}`;
}

function measureWords(measure: Measure): string {
  switch (measure.kind) {
    case 'importCeiling':
      return `it may take at most ${measure.ceiling} ${unitOf(measure.basis)} from the network`;
    case 'exportCeiling':
      return `it may give at most ${measure.ceiling} ${unitOf(measure.basis)} to the network`;
    case 'chargePointCeiling':
      return measure.ceilingA === undefined
        ? `charging has at most ${measure.percentOfRating} % of its usual current`
        : measure.ceilingA === 0
          ? 'charging is paused'
          : `charging has at most ${measure.ceilingA} A`;
    case 'loadSwitchOpen':
      return 'heating loads on a load switch are off';
  }
}

function unitOf(basis: 'phaseCurrentA' | 'activePowerW'): string {
  return basis === 'phaseCurrentA' ? 'A on each phase' : 'W';
}
