import { iso, type RunningMs } from '../../domain/instant.ts';
import type { OwnCertificates } from '../../ports/certificates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** What came of a connection that was made for trying a new certificate. */
export type TrialOutcome =
  | { readonly isAccepted: true }
  | {
      readonly isAccepted: false;
      readonly sentence: string;
      /** The broker has turned the certificate down, and not merely the line has failed. */
      readonly isAboutIdentity: boolean;
    };

interface TrialParts {
  readonly certificates: OwnCertificates;
  readonly clock: Clock;
  readonly log: Log;
  /** Leaves the connection and makes one attempt; while it is under way the new certificate is shown. */
  readonly startAnew: () => Promise<TrialOutcome>;
}

interface Failure {
  /** In a row. */
  readonly count: number;
  /** So many of them when the broker let the gateway in by the old one right after. */
  readonly strikes: number;
  readonly isWeighed: boolean;
  readonly notBeforeMs: RunningMs;
  readonly sentence: string;
  readonly isAboutIdentity: boolean;
}

const FIRST_PAUSE_MS = 10_000;
const MOST_PAUSE_MS = 3_600_000;
/** A line may fail just then; when the old one is let in after each of three failures it is the certificate. */
const MOST_STRIKES = 3;
/** A disk that takes nothing is not asked again at every look. */
const DISK_PAUSE_MS = 600_000;

/**
 * Tries a new certificate at the broker. It is given up only when the broker lets the gateway in by the old one after it had
 * turned the new one down: while neither is let in, both are tried.
 */
export class CandidateTrial {
  readonly #parts: TrialParts;
  #failure: Failure | undefined;
  #isUnderWay = false;

  constructor(parts: TrialParts) {
    this.#parts = parts;
  }

  isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  isDue(): boolean {
    return this.#parts.clock.runningMs() >= (this.#failure?.notBeforeMs ?? 0);
  }

  /** What came of the last one; absent: none was made of this candidate. */
  failure(): string | undefined {
    return this.#failure?.sentence;
  }

  /** Another candidate has come. */
  forget(): void {
    this.#failure = undefined;
  }

  async make(): Promise<void> {
    const { clock, log, startAnew } = this.#parts;
    this.#isUnderWay = true;
    const outcome = await startAnew();
    this.#isUnderWay = false;
    if (outcome.isAccepted) {
      this.#adopt();
      return;
    }
    const { count: before, strikes } = this.#failure ?? { count: 0, strikes: 0 };
    const notBeforeMs = clock.runningMs() + Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** before);
    const { sentence, isAboutIdentity } = outcome;
    const count = before + 1;
    this.#failure = { count, strikes, isWeighed: false, notBeforeMs, sentence, isAboutIdentity };
    log.warn({ sentence, count }, 'The new certificate brought no connection; back to the one in use');
  }

  /** The broker has let this gateway in, by whichever certificate. */
  connected(): void {
    const failure = this.#failure;
    if (this.#isUnderWay || failure === undefined || failure.isWeighed) return;
    const strikes = failure.strikes + 1;
    this.#failure = { ...failure, strikes, isWeighed: true };
    if (failure.isAboutIdentity || strikes >= MOST_STRIKES) this.#giveUp(failure.sentence);
  }

  #adopt(): void {
    const { certificates, clock, log } = this.#parts;
    // First, so that a kill in between leaves no old refusal beside a certificate that is in use. What was asked today counts on:
    // a certificate of minutes is not asked for all day.
    const kept = certificates.keepAsking({ askedAtUtcMs: certificates.asking().askedAtUtcMs, asks: 0 });
    if (!kept.ok) log.warn({ detail: kept.detail }, 'That the renewal is done could not be noted');
    const adopted = certificates.adoptCandidate();
    if (!adopted.ok) {
      const notBeforeMs = clock.runningMs() + DISK_PAUSE_MS;
      const failure = { count: 0, strikes: 0, isWeighed: true, notBeforeMs, isAboutIdentity: false };
      this.#failure = { ...failure, sentence: adopted.detail };
      log.error(
        { detail: adopted.detail },
        'The broker takes the new certificate, but it cannot be put in place',
      );
      return;
    }
    this.#failure = undefined;
    const present = certificates.present();
    const until = present.ok ? iso(present.facts.untilUtcMs) : present.detail;
    log.info({ until }, 'The certificate is renewed: the broker has let this gateway in by the new one');
  }

  #giveUp(found: string): void {
    const { certificates, clock, log } = this.#parts;
    const sentence = `the broker lets this gateway in by the one in use, and not by the new one: ${found}`;
    const refusal = { sentence, atUtcMs: clock.now().utcMs };
    const kept = certificates.keepAsking({ ...certificates.asking(), refusal });
    const dropped = certificates.dropCandidate();
    const problems = [kept, dropped].flatMap((each) => (each.ok ? [] : [each.detail]));
    this.#failure = undefined;
    log.error({ sentence, problems }, 'The new certificate is given up; the one in use stays');
  }
}
