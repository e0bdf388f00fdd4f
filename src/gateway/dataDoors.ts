import type { Choice } from '../contract/owner.ts';
import type { LoadPlan, SitePlan } from '../domain/sitePlan.ts';
import type { UsageHolding } from '../ports/usage.ts';
import type { Gateway } from './gateway.ts';

/** What the household may do with its data at the local socket. */
export interface DataDoors {
  /** Whether an erasure is still overwriting. */
  isErasing(): boolean;
  erase(): Choice;
  /** @param siteId as whoever asks has typed it */
  decommission(siteId: string): Choice;
}

interface Parts {
  readonly gateway: Gateway;
  readonly site: SitePlan;
  /** Stops the gateway in order and wipes its state. */
  readonly onDecommission: () => void;
}

export function openDataDoors({ gateway, site, onDecommission }: Parts): DataDoors {
  return {
    isErasing: () => gateway.isErasing(),

    erase() {
      const erased = gateway.eraseHistory('household');
      if (erased === undefined) {
        return refused('Nothing was erased, since the wish could not be recorded; check the disk');
      }
      const { usage, throughRecord, purged, isRecorded } = erased;
      const messages = purged.telemetry + purged.status;
      return {
        isDone: isRecorded,
        sentence: [
          `Erased: ${listOf(usage)}, ${counted(messages, 'message', 'messages')} that waited to be sent`,
          `the decisions of the journal up to record ${throughRecord} are being overwritten, and their hashes stay`,
          'kept: what you agreed to, commands of the distributor with the receipts for them, and your settings',
          ...(isRecorded ? [] : ['the disk takes no record now; it is done as soon as it does']),
        ].join('; '),
      };
    },

    decommission(siteId) {
      if (siteId !== site.siteId) {
        return refused(
          `This gateway looks after the site "${site.siteId}", not "${siteId}"; nothing was done`,
        );
      }
      const erased = gateway.eraseHistory('decommission');
      if (erased === undefined) {
        return refused('Nothing was done, since the wish could not be recorded; check the disk');
      }
      gateway.prepareFarewell();
      onDecommission();
      return { isDone: true, sentence: farewellOf(site) };
    },
  };
}

function farewellOf({ siteId, loads }: SitePlan): string {
  return [
    `${siteId} is being taken out of service: the gateway stops, wipes its record and its key, and will not start here again`,
    ...loads.map(leftWith),
  ].join('; ');
}

function leftWith(plan: LoadPlan): string {
  const { loadId } = plan;
  switch (plan.kind) {
    case 'chargePoint':
      return plan.fallbackCurrentA === undefined
        ? `${loadId} keeps at most ${plan.safeCurrentA} A until it is set anew at the device`
        : `${loadId} falls to ${plan.fallbackCurrentA} A, as it was set up for this gateway; how it was set before is not known, so set it anew at the device`;
    case 'switchedLoad':
      return `${loadId} is left ${plan.safePosition}`;
    case 'switchedGenerator':
      return `${loadId} is left open`;
    case 'limitedGenerator':
      return `${loadId} is left to its own settings; an export limit agreed with the distributor must now be set in it`;
  }
}

const NAMES: Readonly<Record<UsageHolding['kind'], readonly [one: string, more: string]>> = {
  seconds: ['run of seconds', 'runs of seconds'],
  minutes: ['half-hour of minutes', 'half-hours of minutes'],
  halfHour: ['half-hour', 'half-hours'],
  session: ['charging session', 'charging sessions'],
  gap: ['gap', 'gaps'],
};

function listOf(usage: readonly UsageHolding[]): string {
  const parts = usage.map(({ kind, rows }) => counted(rows, ...NAMES[kind]));
  return parts.length === 0 ? 'no energy that was kept' : parts.join(', ');
}

function counted(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}

function refused(sentence: string): Choice {
  return { isDone: false, sentence };
}
