import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readSitePlan } from '../../src/config/readSitePlan.ts';
import type { RestrictionNoticeMessage } from '../../src/contract/restriction.ts';
import { areaTopicOf } from '../../src/contract/topics.ts';
import { distributorOf } from '../../src/domain/mpan.ts';
import { giveConsents } from '../support/consents.ts';
import { GatewayProcess } from '../support/processes/gatewayProcess.ts';
import { reportTurns, takeTurns } from './latency.ts';
import type { Measurement } from './report.ts';
import type { SideBySide } from './sideBySide.ts';

/** From 32 A down to well above 6 A, below which a charge point pauses. */
const SPAN_A = 25;

/**
 * From the publishing of a signed restriction notice on the topic of an area to the arrival of the register at the charge
 * point. Each notice takes the place of the one before, by its hash, and leaves less. The bare script gets the bare number.
 */
export async function measureNotices(parts: SideBySide, samples: number): Promise<Measurement> {
  const { issuer, areaId } = readPlace(parts.folder);
  const gateway = new GatewayProcess({ name: 'the bench', folder: parts.folder });
  await giveConsents(gateway, ['dnoRestriction']);
  let former: RestrictionNoticeMessage['supersedes'];
  const sign = (command: object): string => {
    const { index, ceiling } = command as { readonly index: number; readonly ceiling: number };
    const noticeId = `sample-${index}`;
    const notice = noticeOf({ noticeId, issuer, areaId, sequence: index, ceiling });
    const jws = parts.keys.distributor.sign({
      ...notice,
      ...(former === undefined ? {} : { supersedes: former }),
    });
    former = { noticeId, sha256: createHash('sha256').update(jws).digest('hex') };
    return jws;
  };
  const contestants = {
    ...parts,
    gateway: { ...parts.gateway, topic: areaTopicOf(areaId), encode: sign },
  };
  const taken = await takeTurns(contestants, samples, SPAN_A / samples, (index, ceiling) => ({
    index,
    ceiling,
  }));
  return reportTurns('notices', 'notice published to register written', taken, {});
}

function noticeOf(given: {
  readonly noticeId: string;
  readonly issuer: string;
  readonly areaId: string;
  readonly sequence: number;
  readonly ceiling: number;
}): RestrictionNoticeMessage {
  const { noticeId, issuer, areaId, sequence, ceiling } = given;
  const nowMs = Date.now();
  const iso = (offsetMs: number): string => new Date(nowMs + offsetMs).toISOString();
  return {
    schema: 'loadgate.restriction-notice/1',
    noticeId,
    issuer,
    area: { kind: 'feeder', areaId },
    sequence,
    issuedAt: iso(0),
    reason: 'bench',
    measure: { kind: 'chargePointCeiling', ceilingA: ceiling },
    durationSeconds: 3_600,
    expiresAt: iso(3_600_000),
    basis: {
      flexibilityService: 'bench',
      cause: 'other',
      established: 'bench',
      customersToldAt: iso(0),
      suppliersToldAt: iso(0),
    },
    rehearsal: false,
  };
}

/** Where the home of the bench stands, by its site plan. */
function readPlace(folder: string): {
  readonly issuer: string;
  readonly areaId: string;
} {
  const read = readSitePlan(join(folder, 'site.json'));
  const plan = read.ok ? read.plan : undefined;
  const areaId = plan?.supply?.areas[0];
  if (plan?.supply === undefined || plan.restriction === undefined || areaId === undefined)
    throw new Error('the site plan of the bench names no supply that a notice could be for');
  return { issuer: distributorOf(plan.supply.mpan), areaId };
}
