import type { Status } from '../contract/status.ts';
import type { TelemetryBody } from '../contract/telemetry.ts';
import type { Decision, DecisionInput } from '../core/decision.ts';
import type { Now, RunningMs } from '../domain/instant.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { OutboxDraft } from '../ports/store.ts';
import { TelemetryInterval } from './telemetry.ts';

/** A status is due now and then, and soon after the posture, the faults or the limits have changed. */
const STATUS_EVERY_MS = 300_000;
const STATUS_SPACING_MS = 10_000;

interface ReporterOptions {
  readonly site: SitePlan;
  readonly telemetryIntervalMs: number;
  readonly startedAt: Now;
  readonly describe: () => Status;
  readonly onDraft: (draft: OutboxDraft) => void;
  /** A record of telemetry is about to be drafted. */
  readonly onTelemetry?: (body: TelemetryBody) => void;
}

/** Turns what the cycles see into telemetry and status reports for the outbox. */
export class Reporter {
  readonly #options: ReporterOptions;
  #interval: TelemetryInterval;
  #statusAtMs = Number.NEGATIVE_INFINITY;
  #statusFingerprint = '';

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#interval = new TelemetryInterval(options.site, options.startedAt);
  }

  /** After each decision. */
  observe({ now, snapshot }: DecisionInput, { explanation }: Decision): void {
    this.#interval.add(now, explanation, snapshot);
    if (this.#interval.durationMs(now) >= this.#options.telemetryIntervalMs) this.closeInterval(now);
    const faults = explanation.faults.map(({ code, subject }) => `${code} ${subject}`);
    // Protection stands in the plan, or follows the flow from second to second: neither is news.
    const limits = explanation.slots
      .filter(({ limit }) => limit.source !== 'protection')
      .map(({ limit: { limitId, ceiling }, state }) => `${limitId} ${ceiling} ${state}`);
    this.#draftStatus(now.runningMs, JSON.stringify([explanation.posture, faults, limits]));
  }

  /** Ends the interval of telemetry before its time, for an orderly stop. */
  closeInterval(now: Now): void {
    const body = this.#interval.close();
    if (body !== undefined) {
      this.#options.onTelemetry?.(body);
      this.#options.onDraft({ stream: 'telemetry', body });
    }
    this.#interval = new TelemetryInterval(this.#options.site, now);
  }

  /** What was gathered so far is not told. */
  beginAnew(now: Now): void {
    this.#interval = new TelemetryInterval(this.#options.site, now);
  }

  /** The next decision brings a status, however fresh the last one is. */
  wantStatus(): void {
    this.#statusAtMs = Number.NEGATIVE_INFINITY;
  }

  #draftStatus(nowMs: RunningMs, fingerprint: string): void {
    const sinceMs = nowMs - this.#statusAtMs;
    const hasChanged = fingerprint !== this.#statusFingerprint && sinceMs >= STATUS_SPACING_MS;
    if (!hasChanged && sinceMs < STATUS_EVERY_MS) return;
    this.#statusAtMs = nowMs;
    this.#statusFingerprint = fingerprint;
    this.#options.onDraft({ stream: 'status', body: this.#options.describe() });
  }
}
