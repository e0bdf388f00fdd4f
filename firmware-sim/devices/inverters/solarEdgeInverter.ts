import type { Firmware } from '../firmware.ts';
import { FUNCTION } from '../pdu.ts';
import { RegisterBank } from '../registerBank.ts';
import { layChain } from '../sunSpec.ts';
import { InverterOutput, type InverterPlace } from './inverterOutput.ts';
import { factorySettings, type SolarEdgeSettings, solarEdgeControls } from './solarEdgeControls.ts';
import { FINEST_POWER_EXPONENT, SOLAR_EDGE_MANNERS, solarEdgeCommon } from './solarEdgeIdentity.ts';
import { inverterModel } from './sunSpecInverterModels.ts';

const FREE_PERCENT = 100;

/**
 * A SolarEdge inverter: the SunSpec part, the plain limit of 0xF001 and the 0xF300 block with its watchdog. Only the
 * commands from 0xF322 on feed it; without one the fall-back percentage is in force. It takes one client at
 * a time and closes an idle session after two minutes.
 * Source: SolarEdge "Power Control Open Protocol for SolarEdge Inverters" v1.3.
 */
class SolarEdgeInverter implements Firmware {
  readonly unit: number;
  readonly turnaroundMs = 50;
  readonly bootMs = 60_000;
  readonly hearsBroadcast = false;
  readonly tcpManners = SOLAR_EDGE_MANNERS;
  readonly #output: InverterOutput;
  readonly #bank: RegisterBank;
  readonly #factory: SolarEdgeSettings;
  readonly #settings: SolarEdgeSettings;
  #committed: SolarEdgeSettings;
  #plainPercent = FREE_PERCENT;
  #commandPercent = FREE_PERCENT;
  #fedAtMs: number;
  #nowMs: number;

  constructor(place: InverterPlace) {
    this.unit = place.unit;
    this.#fedAtMs = place.startAtMs;
    this.#nowMs = place.startAtMs;
    this.#output = new InverterOutput(place);
    this.#factory = factorySettings(this.#output.ratedW);
    this.#settings = { ...this.#factory };
    this.#committed = { ...this.#factory };
    const { holding, filledHolding } = layChain([
      solarEdgeCommon(place.unit, this.#output.phaseCount === 1 ? 'SE5000H' : 'SE10K'),
      inverterModel(
        { output: this.#output, isAsleep: () => this.#output.isAsleep(this.#nowMs) },
        { finestPowerExponent: FINEST_POWER_EXPONENT },
      ),
    ]);
    this.#bank = new RegisterBank({
      functions: [FUNCTION.readHolding, FUNCTION.writeRegister, FUNCTION.writeRegisters],
      holding: {
        ...holding,
        ...solarEdgeControls({
          settings: this.#settings,
          ratedW: this.#output.ratedW,
          plainPercent: () => this.#plainPercent,
          setPlainPercent: (percent) => {
            this.#plainPercent = percent;
          },
          commandPercent: () => this.#commandPercent,
          setCommandPercent: (percent) => {
            this.#commandPercent = percent;
          },
          feed: (nowMs) => {
            this.#fedAtMs = nowMs;
          },
          commit: () => {
            this.#committed = { ...this.#settings };
          },
          restoreFactory: () => {
            Object.assign(this.#settings, this.#factory);
            this.#committed = { ...this.#factory };
          },
        }),
      },
      filledHolding,
    });
  }

  advanceTo(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#output.limitToW(Math.min(this.#plainLimitW(), this.#dynamicLimitW()));
    this.#output.advanceTo(nowMs);
  }

  respond(pdu: Buffer, nowMs: number): Buffer {
    const reply = this.#bank.respond(pdu, nowMs);
    this.advanceTo(nowMs);
    return reply;
  }

  powerCycle(nowMs: number): void {
    Object.assign(this.#settings, this.#committed);
    this.#plainPercent = FREE_PERCENT;
    this.#commandPercent = FREE_PERCENT;
    this.#fedAtMs = nowMs;
    this.#output.powerCycle(nowMs);
  }

  /** Has an effect only while advanced power control has been switched on and committed. */
  #plainLimitW(): number {
    const isOn = this.#committed.advancedPowerControl === 1;
    return isOn ? this.#limitW(this.#plainPercent, this.#output.ratedW) : Number.POSITIVE_INFINITY;
  }

  #dynamicLimitW(): number {
    const { isEnabled, limitW, timeoutS, fallbackPercent } = this.#settings;
    if (!isEnabled) return Number.POSITIVE_INFINITY;
    const isStarved = this.#nowMs - this.#fedAtMs >= timeoutS * 1000;
    return this.#limitW(isStarved ? fallbackPercent : this.#commandPercent, limitW);
  }

  /** What it can give anyway is no limit. */
  #limitW(percent: number, baseW: number): number {
    const limitW = (baseW * percent) / FREE_PERCENT;
    return limitW >= this.#output.ratedW ? Number.POSITIVE_INFINITY : limitW;
  }
}

export function createSolarEdgeInverter(place: InverterPlace): Firmware {
  return new SolarEdgeInverter(place);
}
