/** Timing of an on-board charger at the pilot, as seen on common cars; IEC 61851-1 allows 5 s to follow. */
export const FOLLOWING = {
  deadTimeMs: 600,
  fallAPerS: 12,
  riseAPerS: 4,
  /** A pilot without permission is obeyed faster than a lower one. */
  pauseFallAPerS: 80,
  /** From seeing permission to the first amp; with the dead time about 2 s after the command. */
  startMs: 1_400,
} as const;

/** A DC converter follows an order of either sign within about two seconds. */
const DC_FOLLOWING = {
  deadTimeMs: 600,
  fallAPerS: 30,
  riseAPerS: 30,
  pauseFallAPerS: 80,
  startMs: 400,
} as const;

/** Below this the pilot gives no permission to charge (IEC 61851-1). */
export const LEAST_PILOT_A = 6;

const CHARGER_EFFICIENCY = 0.92;
/** From here the battery asks for less and less. */
const TAPER_FROM_SHARE = 0.97;
const LEAST_BATTERY_SHARE = 0.05;

export interface CarSpec {
  readonly batteryKwh: number;
  readonly initialSocPercent: number;
  readonly phases: 1 | 3;
  readonly maximumA: number;
  /** True for a battery that may also be emptied into the house, through a DC charge point. */
  readonly canGive?: boolean;
  /** Energy that a day's drive takes out before the car is plugged in again. */
  readonly dailyDriveKwh: number;
  /** Minutes after local midnight. The stay may span midnight. */
  readonly plugInMinute: number;
  readonly plugOutMinute: number;
}

/** A battery and a charger that follows its pilot with a realistic lag. */
export class Car {
  readonly spec: CarSpec;
  readonly #following: typeof FOLLOWING | typeof DC_FOLLOWING;
  #storedWh: number;
  #isPlugged: boolean;
  #drawA = 0;
  #seenPilotA = 0;
  #pilotChanges: { readonly atMs: number; readonly pilotA: number }[] = [];
  #startsAtMs = Number.POSITIVE_INFINITY;
  #isDrawing = false;

  constructor(spec: CarSpec, isPlugged: boolean) {
    this.spec = spec;
    this.#following = spec.canGive === true ? DC_FOLLOWING : FOLLOWING;
    this.#storedWh = (spec.batteryKwh * 1000 * spec.initialSocPercent) / 100;
    this.#isPlugged = isPlugged;
  }

  get isPlugged(): boolean {
    return this.#isPlugged;
  }

  /** Amps on each phase that the charger uses; negative while the battery gives. */
  get drawA(): number {
    return this.#drawA;
  }

  /** True while the charger holds its request closed (state C). */
  get isDrawing(): boolean {
    return this.#isDrawing;
  }

  /** True while the battery gives, or is about to. */
  get isGiving(): boolean {
    return this.#isDrawing && this.#seenPilotA < 0;
  }

  get socPercent(): number {
    return this.#storedWh / (this.spec.batteryKwh * 10);
  }

  get isFull(): boolean {
    return this.#storedWh >= this.spec.batteryKwh * 1000;
  }

  plugIn(): void {
    this.#isPlugged = true;
  }

  /** Comes home from a day's drive. */
  returnFromDrive(): void {
    const leastWh = this.spec.batteryKwh * 1000 * LEAST_BATTERY_SHARE;
    this.#storedWh = Math.max(leastWh, this.#storedWh - this.spec.dailyDriveKwh * 1000);
    this.#isPlugged = true;
  }

  plugOut(): void {
    this.#isPlugged = false;
    this.#stopDrawing();
    this.#drawA = 0;
  }

  /**
   * @param pilotA amps that the pilot allows; below 6 A it gives no permission. Negative orders the battery
   * to give, which only a car that can give heeds.
   */
  showPilot(pilotA: number, nowMs: number): void {
    this.#pilotChanges.push({ atMs: nowMs, pilotA });
  }

  advanceTo(nowMs: number, stepMs: number): void {
    while (
      this.#pilotChanges[0] !== undefined &&
      this.#pilotChanges[0].atMs + this.#following.deadTimeMs <= nowMs
    ) {
      this.#seenPilotA = this.#pilotChanges[0].pilotA;
      this.#pilotChanges.shift();
    }
    if (!this.#isPlugged) return;
    if (!this.#mayRun()) {
      this.#stopDrawing();
      this.#approach(0, stepMs, this.#following.pauseFallAPerS);
      return;
    }
    if (!this.#isDrawing) {
      if (this.#startsAtMs === Number.POSITIVE_INFINITY) this.#startsAtMs = nowMs + this.#following.startMs;
      if (nowMs < this.#startsAtMs) return;
      this.#isDrawing = true;
    }
    this.#approach(this.#wantedA(), stepMs, this.#following.fallAPerS);
  }

  /** @param energyWh taken from the mains in this step; negative when given to it */
  store(energyWh: number): void {
    const capacityWh = this.spec.batteryKwh * 1000;
    const batteryWh = energyWh < 0 ? energyWh / CHARGER_EFFICIENCY : energyWh * CHARGER_EFFICIENCY;
    this.#storedWh = Math.min(capacityWh, this.#storedWh + batteryWh);
  }

  #mayRun(): boolean {
    if (this.#seenPilotA >= LEAST_PILOT_A) return !this.isFull;
    const isGivingOrdered = this.#seenPilotA <= -LEAST_PILOT_A && this.spec.canGive === true;
    return isGivingOrdered && this.#storedWh > this.spec.batteryKwh * 1000 * LEAST_BATTERY_SHARE;
  }

  #wantedA(): number {
    if (this.#seenPilotA < 0) return Math.max(this.#seenPilotA, -this.spec.maximumA);
    const share = this.#storedWh / (this.spec.batteryKwh * 1000);
    const taper = Math.min(1, (1 - share) / (1 - TAPER_FROM_SHARE));
    return Math.min(this.#seenPilotA, Math.max(LEAST_PILOT_A, this.spec.maximumA * taper));
  }

  #approach(targetA: number, stepMs: number, fallAPerS: number): void {
    const stepS = stepMs / 1000;
    const { riseAPerS } = this.#following;
    // Towards zero is a fall in either direction.
    const downA = (this.#drawA > 0 ? fallAPerS : riseAPerS) * stepS;
    const upA = (this.#drawA < 0 ? fallAPerS : riseAPerS) * stepS;
    this.#drawA =
      targetA < this.#drawA ? Math.max(targetA, this.#drawA - downA) : Math.min(targetA, this.#drawA + upA);
  }

  #stopDrawing(): void {
    this.#isDrawing = false;
    this.#startsAtMs = Number.POSITIVE_INFINITY;
  }
}

/** Whether the daily plan has the car at home at this instant. */
export function isAtHome(spec: CarSpec, atMs: number, utcOffsetMinutes: number): boolean {
  const minute = (((atMs / 60_000 + utcOffsetMinutes) % 1440) + 1440) % 1440;
  return spec.plugInMinute <= spec.plugOutMinute
    ? minute >= spec.plugInMinute && minute < spec.plugOutMinute
    : minute >= spec.plugInMinute || minute < spec.plugOutMinute;
}
