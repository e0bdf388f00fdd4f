import { type Choice, chargingHoursSchema } from '../contract/owner.ts';
import { mayHouseholderReset, schemeFiguresOf, stateOf } from '../core/limitationScheme.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Gateway } from './gateway.ts';
import { LONGEST_BOOST_MS, withoutPreference, withPreference } from './ownerSettings.ts';

/** What people in the home may choose at the local socket. Everything is answered with a sentence. */
export interface OwnerDoors {
  /** minutes: 0 ends the boost. */
  boost(loadId: string, minutes: number): Choice;
  /** energyWh: 0 takes the wish back. */
  readyBy(loadId: string, departureUtcMs: number, energyWh: number): Choice;
  /** 'planned': as the site plan has them; 'none'; or JSON of the hours. */
  chooseHours(hours: string): Choice;
  resetLockOut(by: 'householder' | 'engineer', pin: string): Choice;
}

interface Parts {
  readonly gateway: Gateway;
  readonly site: SitePlan;
  readonly clock: Clock;
  readonly isPin: (pin: string, hash: string) => boolean;
}

/** After a wrong PIN the next one waits, longer each time. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 900_000;
const LONGEST_WISH_MS = 7 * 86_400_000;

export function openOwnerDoors({ gateway, site, clock, isPin }: Parts): OwnerDoors {
  let wrongPins = 0;
  let waitUntilMs = Number.NEGATIVE_INFINITY;

  const recorded = (isRecorded: boolean, sentence: string): Choice =>
    isRecorded
      ? done(sentence)
      : refused('It holds now but could not be recorded, and a restart would forget it; check the disk');

  const findChargePoint = (loadId: string) => {
    const points = site.loads.filter(({ kind }) => kind === 'chargePoint');
    const plan = points.find((load) => load.loadId === loadId);
    const known = points.map((load) => load.loadId).join(', ') || 'none';
    return { plan, unknown: refused(`There is no charge point "${loadId}"; the home has ${known}`) };
  };

  const resetAsEngineer = (pin: string): Choice | undefined => {
    const { engineerPinHash } = site;
    if (engineerPinHash === undefined) {
      return refused('The site plan holds no engineerPinHash, so nobody can reset as an engineer; add one');
    }
    const waitMs = waitUntilMs - clock.runningMs();
    if (waitMs > 0)
      return refused(`A wrong PIN was given; the next one is taken in ${Math.ceil(waitMs / 1000)} s`);
    if (isPin(pin, engineerPinHash)) {
      wrongPins = 0;
      return undefined;
    }
    wrongPins += 1;
    waitUntilMs = clock.runningMs() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (wrongPins - 1));
    gateway.record({ kind: 'controlRefused', topic: 'local', cause: 'wrong engineer PIN' });
    return refused('The PIN is wrong');
  };

  return {
    boost(loadId, minutes) {
      const { plan, unknown } = findChargePoint(loadId);
      if (plan === undefined) return unknown;
      if (!(minutes >= 0 && minutes * 60_000 <= LONGEST_BOOST_MS)) {
        return refused(
          `A boost lasts from 1 to ${LONGEST_BOOST_MS / 60_000} minutes, 0 ends it; ${minutes} was given`,
        );
      }
      if (minutes === 0) {
        const isRecorded = gateway.chooseAsOwner((settings) => withoutPreference(settings, 'boost', loadId));
        return recorded(isRecorded, `The boost of ${loadId} is over`);
      }
      const untilMs = clock.runningMs() + minutes * 60_000;
      const isRecorded = gateway.chooseAsOwner((settings) =>
        withPreference(settings, { kind: 'boost', loadId, untilMs }),
      );
      return recorded(
        isRecorded,
        `${loadId} may charge outside of the charging hours for ${minutes} minutes`,
      );
    },

    readyBy(loadId, departureUtcMs, energyWh) {
      const { plan, unknown } = findChargePoint(loadId);
      if (plan === undefined) return unknown;
      if (energyWh === 0) {
        const isRecorded = gateway.chooseAsOwner((settings) =>
          withoutPreference(settings, 'readyBy', loadId),
        );
        return recorded(isRecorded, `The wish for ${loadId} is taken back`);
      }
      const aheadMs = departureUtcMs - clock.now().utcMs;
      if (!(energyWh > 0 && energyWh <= 1_000_000)) {
        return refused(`Expected an energy above 0 and up to 1000 kWh; ${energyWh / 1000} kWh was given`);
      }
      if (!(aheadMs > 0 && aheadMs <= LONGEST_WISH_MS)) {
        return refused('Expected a departure within the next seven days');
      }
      const register = gateway.snapshot()[plan.deviceId]?.totalEnergyWh;
      const from = register?.state === 'measured' ? { fromEnergyWh: Number(register.value) } : {};
      const isRecorded = gateway.chooseAsOwner((settings) =>
        withPreference(settings, { kind: 'readyBy', loadId, departureUtcMs, energyWh, ...from }),
      );
      const forecast = gateway.status().owner.readyBy.find((one) => one.loadId === loadId);
      const kWh = (valueWh: number): string => `${(valueWh / 1000).toFixed(1)} kWh`;
      const says =
        forecast === undefined
          ? ''
          : forecast.isEnough
            ? `; as the home stands now that will be enough, ready at ${forecast.readyAt}`
            : `; as the home stands now only ${kWh(forecast.expectedWh)} will come by then`;
      return recorded(
        isRecorded,
        `${kWh(energyWh)} are wanted in ${loadId} by ${new Date(departureUtcMs).toISOString()}${says}`,
      );
    },

    chooseHours(text) {
      if (text === 'none' || text === 'planned') {
        const isRecorded = gateway.chooseAsOwner(({ chargingHours: _, ...settings }) =>
          text === 'none' ? { ...settings, chargingHours: 'none' } : settings,
        );
        const says =
          text === 'none' ? 'Charge points may charge at any time' : 'The hours of the site plan hold';
        return recorded(isRecorded, says);
      }
      const parsed = chargingHoursSchema.safeParse(readJson(text));
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        return refused(
          `The hours cannot be read: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`,
        );
      }
      const isRecorded = gateway.chooseAsOwner((settings) => ({ ...settings, chargingHours: parsed.data }));
      return recorded(isRecorded, `${parsed.data.windows.length} windows of charging hours hold from now on`);
    },

    resetLockOut(by, pin) {
      const locked = gateway.schemes().filter((scheme) => stateOf(scheme) === 3);
      if (by === 'engineer') {
        const refusal = resetAsEngineer(pin);
        if (refusal !== undefined) return refusal;
      } else if (locked.length === 0) return refused('Nothing is locked');
      else {
        const nowMs = clock.runningMs();
        const mayReset = locked.every((scheme) => mayHouseholderReset(scheme, schemeFiguresOf(site), nowMs));
        if (!mayReset)
          return refused('It was locked too often in the last weeks; an engineer has to look at it');
      }
      const { after } = gateway.resetScheme({ by });
      const isOpen = after.every((scheme) => stateOf(scheme) !== 3);
      return isOpen
        ? done(by === 'engineer' ? 'Opened, and the history is cleared' : 'Opened')
        : refused('The lock-out was not opened; see `loadgate limits`');
    },
  };
}

function done(sentence: string): Choice {
  return { isDone: true, sentence };
}

function refused(sentence: string): Choice {
  return { isDone: false, sentence };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
