export interface WaterHeaterSpec {
  readonly phase: number;
  /** Drawn at 230 V; a resistance, so it follows the voltage. */
  readonly ratedA: number;
  /** Heat that the tank can hold between its thermostat's cold and hot end. */
  readonly tankKwh: number;
  readonly standingLossW: number;
  /** Hot water drawn once a day at each of these local minutes after midnight. */
  readonly draws: readonly { readonly minute: number; readonly energyKwh: number }[];
}

/** The thermostat calls again once this share of the tank is used up. */
const CALLS_BELOW_SHARE = 0.85;

/** An immersion heater in its tank: a thermostat, standing losses and daily draws of hot water. */
export class WaterHeater {
  readonly spec: WaterHeaterSpec;
  readonly #resistanceOhm: number;
  #storedWh: number;
  #isCalling = true;

  constructor(spec: WaterHeaterSpec) {
    this.spec = spec;
    this.#resistanceOhm = 230 / spec.ratedA;
    this.#storedWh = spec.tankKwh * 500;
  }

  get isCalling(): boolean {
    return this.#isCalling;
  }

  powerW(voltageV: number, isConnected: boolean): number {
    return isConnected && this.#isCalling ? (voltageV * voltageV) / this.#resistanceOhm : 0;
  }

  /** @param heatedWh taken from the mains in this step */
  advance(heatedWh: number, stepMs: number): void {
    const capacityWh = this.spec.tankKwh * 1000;
    const lossWh = (this.spec.standingLossW * stepMs) / 3_600_000;
    this.#storedWh = Math.min(capacityWh, Math.max(0, this.#storedWh + heatedWh - lossWh));
    if (this.#storedWh >= capacityWh) this.#isCalling = false;
    else if (this.#storedWh < capacityWh * CALLS_BELOW_SHARE) this.#isCalling = true;
  }

  /** Draws what the household takes in this local minute. */
  drawWater(localMinute: number): void {
    for (const draw of this.spec.draws) {
      if (draw.minute === localMinute) this.#storedWh = Math.max(0, this.#storedWh - draw.energyKwh * 1000);
    }
  }
}
