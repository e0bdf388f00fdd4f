import type { Home } from '../../../firmware-sim/home.ts';

/**
 * What really flowed at the cut-out of a simulated home, step by step of its physics: no meter and no gateway stands in
 * between. Instants are those of the real clock, so that they can be compared with those of other processes.
 */
export class TruthTrail {
  readonly #atMs: number[];
  readonly #energyWh: number[];

  constructor(home: Home, realMsOf: (simulatedMs: number) => number) {
    const { plant } = home;
    this.#atMs = [realMsOf(plant.nowMs)];
    this.#energyWh = [0];
    let sumWh = 0;
    plant.addObserver({
      advanceTo: (nowMs, stepMs) => {
        sumWh += (plant.cutOut.totalPowerW() * stepMs) / 3_600_000;
        this.#atMs.push(realMsOf(nowMs));
        this.#energyWh.push(sumWh);
      },
    });
  }

  /**
   * Energy through the cut-out between two instants, Wh, export negative.
   * @returns nothing when the trail does not reach over both
   */
  energyWh(fromMs: number, untilMs: number): number | undefined {
    const from = this.#energyAt(fromMs);
    const until = this.#energyAt(untilMs);
    return from === undefined || until === undefined ? undefined : until - from;
  }

  #energyAt(instantMs: number): number | undefined {
    const after = this.#atMs.findIndex((atMs) => atMs >= instantMs);
    if (after < 0 || instantMs < (this.#atMs[0] as number)) return undefined;
    if (after === 0) return this.#energyWh[0];
    const [beforeMs, afterMs] = [this.#atMs[after - 1] as number, this.#atMs[after] as number];
    const [beforeWh, afterWh] = [this.#energyWh[after - 1] as number, this.#energyWh[after] as number];
    return beforeWh + ((afterWh - beforeWh) * (instantMs - beforeMs)) / (afterMs - beforeMs);
  }
}
