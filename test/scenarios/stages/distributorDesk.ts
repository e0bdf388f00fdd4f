import { createHash } from 'node:crypto';
import {
  type RestrictionCancelMessage,
  type RestrictionNoticeMessage,
  restrictionNoticeSchema,
} from '../../../src/contract/restriction.ts';
import type { NoticeReference } from '../../../src/domain/restriction.ts';
import type { ConsentWish } from '../../../src/gateway/consentDoors.ts';
import type { Restrict } from '../stepSchema.ts';

export type RestrictionMessage = RestrictionNoticeMessage | RestrictionCancelMessage;

/** The feeder that the homes of all stories are on, and their distributor. */
export const STORY_SUPPLY = { mpan: '2000123456080', areas: ['feeder-12'] };
export const STORY_RESTRICTION = {
  consentText: 'dno-1',
  longestMs: 7_200_000,
  longestInDayMs: 7_200_000,
  objection: 'call 105',
};

/** What the distributor of a story has sent so far, so that each command follows from the one before. */
export class DistributorDesk {
  #sequence = 0;
  #last: NoticeReference | undefined;

  noticeOf(step: Restrict, utcMs: number): RestrictionNoticeMessage {
    const { atS, measure, seconds, startsInS, rehearsal, supersedes } = step;
    this.#sequence = step.sequence ?? this.#sequence + 1;
    return restrictionNoticeSchema.parse({
      schema: 'loadgate.restriction-notice/1',
      noticeId: `story-${atS}`,
      ...this.#head(utcMs),
      measure,
      durationSeconds: seconds,
      expiresAt: iso(utcMs + 86_400_000),
      basis: {
        flexibilityService: 'the service of the story',
        cause: 'flexibilityFailed',
        established: 'the story says so',
        customersToldAt: iso(utcMs),
        suppliersToldAt: iso(utcMs),
      },
      rehearsal,
      ...(startsInS === undefined ? {} : { startsAt: iso(utcMs + startsInS * 1_000) }),
      ...(supersedes && this.#last !== undefined ? { supersedes: this.#last } : {}),
    });
  }

  cancelOf(withProof: boolean, utcMs: number): RestrictionCancelMessage {
    this.#sequence += 1;
    const known = this.#last ?? { noticeId: 'none', sha256: '0'.repeat(64) };
    const cancels = withProof ? known : { ...known, sha256: '1'.repeat(64) };
    return { schema: 'loadgate.restriction-cancel/1', ...this.#head(utcMs), cancels };
  }

  /** To be told of each command as it was sent. @returns the hash of its bytes */
  sent(message: RestrictionMessage, jws: string): string {
    const sha256 = createHash('sha256').update(jws).digest('hex');
    if (message.schema === 'loadgate.restriction-notice/1') {
      this.#last = { noticeId: message.noticeId, sha256 };
    }
    return sha256;
  }

  #head(utcMs: number) {
    const { areas, mpan } = STORY_SUPPLY;
    return {
      issuer: mpan.slice(0, 2),
      area: { kind: 'feeder' as const, areaId: String(areas[0]) },
      sequence: this.#sequence,
      issuedAt: iso(utcMs),
      reason: 'the feeder of the story is about to overload',
    };
  }
}

/** What the household of a story says about restrictions. */
export function consentOf(action: 'given' | 'refused' | 'withdrawn'): ConsentWish {
  const purpose = 'dnoRestriction';
  return { purpose, action, textVersion: '', person: 'main', how: 'commandLine', evidence: '', until: '' };
}

function iso(utcMs: number): string {
  return new Date(utcMs).toISOString();
}
