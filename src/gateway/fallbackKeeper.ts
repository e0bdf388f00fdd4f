import type { Fault } from '../domain/faults.ts';
import type { RunningMs } from '../domain/instant.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Device, FallbackSettings } from '../ports/device.ts';

/** A device that lost its fall-back settings gets them again, but is not written to at every cycle. */
const SECURE_EVERY_MS = 60_000;

/** Has the fall-back settings of the plan written again where a fault says that a device does not hold them. */
export class FallbackKeeper {
  readonly #site: SitePlan;
  readonly #devices: readonly Device[];
  #securedAtMs: RunningMs = Number.NEGATIVE_INFINITY;

  constructor(site: SitePlan, devices: readonly Device[]) {
    this.#site = site;
    this.#devices = devices;
  }

  /** At the end of each cycle. */
  upkeep(faults: readonly Fault[], nowMs: RunningMs): void {
    if (nowMs - this.#securedAtMs < SECURE_EVERY_MS) return;
    for (const { code, subject } of faults) {
      if (code !== 'fallback-not-set') continue;
      const device = this.#devices.find((candidate) => candidate.deviceId === subject);
      const settings = fallbackSettingsOf(this.#site, subject);
      if (settings === undefined || device === undefined) continue;
      this.#securedAtMs = nowMs;
      void device.secureFallback(settings);
    }
  }
}

/** What a device must do when the gateway falls silent; nothing where the plan counts on nothing. */
export function fallbackSettingsOf(site: SitePlan, deviceId: string): FallbackSettings | undefined {
  const load = site.loads.find((plan) => plan.kind === 'chargePoint' && plan.deviceId === deviceId);
  if (load?.kind !== 'chargePoint') return undefined;
  const { fallbackCurrentA: currentA, fallbackTimeoutMs: timeoutMs } = load;
  return currentA === undefined || timeoutMs === undefined ? undefined : { currentA, timeoutMs };
}
