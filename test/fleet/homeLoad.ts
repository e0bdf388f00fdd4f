import type { RunningMs } from '../../src/domain/instant.ts';
import { draw } from './draw.ts';

const VOLTAGE_V = 230;
/** IEC 61851-1: below this there is no charging. */
const LEAST_A = 6;
/** The gateway's write and the pilot together, then the car's own pace (IEC 61851-1 allows 5 s). */
const DEAD_TIME_MS = 1_000;
const FALL_A_PER_S = 12;
const RISE_A_PER_S = 4;
/** Longer ago nobody asks. */
const MOST_CHANGES = 16;
const NOISE_MS = 10_000;

interface Change {
  readonly atMs: RunningMs;
  readonly fromA: number;
  readonly toA: number;
}

/**
 * What a small home draws: a base load that wanders by the seed, and a car that follows its charge point within seconds.
 * Every instant of the past can be asked for, so nothing has to run while nobody asks.
 */
export class HomeLoad {
  readonly #seed: number;
  readonly #name: string;
  readonly #wantedA: number;
  readonly #baseW: number;
  #changes: readonly Change[];

  /** @param wantedA what the car draws when nothing holds it back; 0: there is none */
  constructor(seed: number, name: string, wantedA: number) {
    this.#seed = seed;
    this.#name = name;
    this.#wantedA = wantedA;
    this.#baseW = 200 + 600 * draw(seed, name, 'base');
    this.#changes = [{ atMs: Number.NEGATIVE_INFINITY, fromA: wantedA, toA: wantedA }];
  }

  /** The narrowest ceiling on the charge point from now on; nothing: none. */
  allow(ceilingA: number | undefined, nowMs: RunningMs): void {
    const allowedA = Math.min(this.#wantedA, ceilingA ?? this.#wantedA);
    const toA = allowedA < LEAST_A ? 0 : allowedA;
    if (toA === this.#changes.at(-1)?.toA) return;
    this.#changes = [...this.#changes, { atMs: nowMs, fromA: this.carA(nowMs), toA }].slice(-MOST_CHANGES);
  }

  /** What it was last told, amps. */
  get allowedA(): number {
    return this.#changes.at(-1)?.toA ?? 0;
  }

  carA(atMs: RunningMs): number {
    const change = this.#changes.findLast((one) => one.atMs <= atMs) ?? this.#changes[0];
    if (change === undefined) return 0;
    const movingS = Math.max(0, atMs - change.atMs - DEAD_TIME_MS) / 1_000;
    if (!Number.isFinite(movingS)) return change.toA;
    return change.toA < change.fromA
      ? Math.max(change.toA, change.fromA - movingS * FALL_A_PER_S)
      : Math.min(change.toA, change.fromA + movingS * RISE_A_PER_S);
  }

  baseW(atMs: RunningMs): number {
    const share = draw(this.#seed, this.#name, Math.floor(atMs / NOISE_MS));
    return this.#baseW * (0.9 + 0.2 * share);
  }

  /** Import at the connection point, watts. */
  powerW(atMs: RunningMs): number {
    return this.baseW(atMs) + this.carA(atMs) * VOLTAGE_V;
  }

  /** Mean of the seconds between two instants. */
  meanW(fromMs: RunningMs, untilMs: RunningMs): number {
    const seconds = Math.max(1, Math.round((untilMs - fromMs) / 1_000));
    const stepMs = (untilMs - fromMs) / seconds;
    let sumW = 0;
    for (let second = 0; second < seconds; second += 1) sumW += this.powerW(fromMs + (second + 0.5) * stepMs);
    return sumW / seconds;
  }
}
