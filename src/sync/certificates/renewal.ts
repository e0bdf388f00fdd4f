import type { CertificateMessage, CertificateRequest } from '../../contract/certificate.ts';
import type { Choice } from '../../contract/owner.ts';
import { type CertificateFacts, renewalDueUtcMs, renewalLeadMs } from '../../domain/certificate.ts';
import { iso } from '../../domain/instant.ts';
import type { Asking, OwnCertificates, ShownFiles } from '../../ports/certificates.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { asksOfDay, MOST_ASKS_A_DAY, mayAskFromUtcMs, withAsk } from './askingPlan.ts';
import { CandidateTrial, type TrialOutcome } from './candidateTrial.ts';
import { whyNotTaken } from './whyNotTaken.ts';

export interface RenewalOptions {
  readonly gatewayId: string;
  readonly certificates: OwnCertificates;
  /** Days before the end at which a new one is asked for at the latest; 0: never. */
  readonly renewalDays: number;
  /** An authority is set against which a new one can be checked. */
  readonly canCheck: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly isConnected: () => boolean;
  /** Gives the request to the outbox. @returns false when it could not be recorded */
  readonly ask: (request: CertificateRequest) => boolean;
  /** Leaves the connection and makes one attempt with the files that shownFiles names then. */
  readonly startAnew: () => Promise<TrialOutcome>;
}

/** What the files held at the last look. */
interface FilesSeen {
  readonly enrolled: ShownFiles;
  readonly present: ReturnType<OwnCertificates['present']>;
  readonly files: ShownFiles;
  readonly candidate: CertificateFacts | undefined;
  readonly asking: Asking;
}

/** Where the renewal stands, for words and faults. */
export interface RenewalStanding extends FilesSeen {
  readonly renewalDays: number;
  readonly canCheck: boolean;
  readonly isConnected: boolean;
  /** What came of the last trial of the candidate; absent: none was made, or it does not count any more. */
  readonly trialFailure: string | undefined;
}

const WORK_EVERY_MS = 60_000;
const WORK_AT_MOST_EVERY_MS = 1_000;
/** So often in the life of a certificate of minutes. */
const WORKS_IN_LIFE = 100;
/** The answer is acknowledged to the broker before the connection is left. */
const BEFORE_TRIAL_MS = 1_000;
/** A disk that takes nothing is not asked again each minute. */
const DISK_PAUSE_MS = 600_000;

/**
 * Has a certificate renewed before it ends: asked for with a new key each time, checked, tried in a connection of its own, and
 * in use once the broker has let it in. Until then the old one stays, and is what the gateway goes back to. Every step lies
 * on the disk before the next, so that it can be killed between any two.
 */
export class CertificateRenewal {
  readonly #options: RenewalOptions;
  readonly #trial: CandidateTrial;
  #seen: FilesSeen;
  #isBusy = false;
  #isStopped = false;
  #askNotBeforeMs = Number.NEGATIVE_INFINITY;
  #cancelWork: Cancel = () => {};

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#seen = seeFiles(options.certificates);
    this.#trial = new CandidateTrial(options);
  }

  start(): void {
    this.#workIn(BEFORE_TRIAL_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelWork();
  }

  /** What is to be shown at the next attempt. */
  shownFiles(): ShownFiles {
    const { certificates } = this.#options;
    return this.#trial.isUnderWay() ? certificates.candidateFiles() : certificates.presentFiles();
  }

  /** The broker has let this gateway in. */
  connected(): void {
    this.#trial.connected();
    this.#look();
  }

  /** An answer of the back office, its signature judged. @returns why it is not taken */
  take(message: CertificateMessage): Refusal | undefined {
    const refusal = this.#judge(message);
    this.#look();
    return refusal;
  }

  #judge(message: CertificateMessage): Refusal | undefined {
    const { gatewayId, certificates, clock, log } = this.#options;
    if (message.gatewayId !== gatewayId) {
      return refuse(`it is for the gateway "${message.gatewayId}"; this one is "${gatewayId}"`);
    }
    const { request, ...asking } = certificates.asking();
    const examined = certificates.examine(message.certificates);
    const present = certificates.present();
    if (request?.id !== message.id) {
      const known = [certificates.candidate(), present.ok ? present.facts : undefined];
      const isRepeated = examined.ok && known.some((one) => one?.fingerprint === examined.facts.fingerprint);
      if (isRepeated) return undefined;
      const waiting = request === undefined ? 'has asked for none' : `has asked with "${request.id}"`;
      return refuse(`it answers the request "${message.id}"; this gateway ${waiting}`);
    }
    if (!present.ok) return refuse(`it cannot be held against the one in use: ${present.detail}`);
    const now = clock.now();
    const why = whyNotTaken(examined, request, present.facts, now);
    if (why !== undefined) {
      // The same request would bring the same answer: the next one is made anew.
      const refusal = refuse(why);
      this.#keep({ ...asking, refusal: { sentence: refusal.cause, atUtcMs: now.utcMs } });
      return refusal;
    }
    const kept = certificates.keepCandidate(message.certificates);
    if (!kept.ok) return refuse(`it is good, but could not be kept: ${kept.detail}; check the disk`);
    log.info({ id: request.id }, 'A new certificate has come; it is tried at the broker');
    this.#trial.forget();
    this.#workIn(BEFORE_TRIAL_MS);
    return undefined;
  }

  /** Somebody wants a new certificate now, whatever the dates say. */
  async renewNow(): Promise<Choice> {
    const { canCheck, clock, isConnected } = this.#options;
    const notDone = (sentence: string): Choice => ({ isDone: false, sentence });
    const { present, candidate, asking } = this.#look();
    if (!present.ok) return notDone(present.detail);
    if (!canCheck) return notDone('Set broker.clientAuthorityFile: a new certificate could not be checked');
    if (candidate !== undefined) return notDone('A new one is here already and is being tried');
    if (!isConnected()) return notDone('It can be asked for only while the connection to the broker stands');
    const { utcMs } = clock.now();
    if (asksOfDay(asking, utcMs).length >= MOST_ASKS_A_DAY) {
      return notDone(
        `It was asked for ${MOST_ASKS_A_DAY} times in the last 24 hours; look at the back office`,
      );
    }
    const problem = this.#isBusy
      ? 'It is being asked for at this moment'
      : await this.#alone(() => this.#ask());
    if (problem !== undefined) return notDone(problem);
    this.#look();
    return { isDone: true, sentence: 'A new certificate is asked for' };
  }

  standing(): RenewalStanding {
    const { renewalDays, canCheck, isConnected } = this.#options;
    return {
      ...this.#seen,
      renewalDays,
      canCheck,
      isConnected: isConnected(),
      trialFailure: this.#trial.failure(),
    };
  }

  #look(): FilesSeen {
    this.#seen = seeFiles(this.#options.certificates);
    return this.#seen;
  }

  #workIn(delayMs: number): void {
    this.#cancelWork();
    if (!this.#isStopped) this.#cancelWork = this.#options.clock.after(delayMs, () => void this.#work());
  }

  async #work(): Promise<void> {
    if (!this.#isBusy) await this.#alone(() => this.#doWhatIsDue());
    const { present } = this.#look();
    const lifeMs = present.ok ? present.facts.untilUtcMs - present.facts.fromUtcMs : WORK_EVERY_MS;
    const everyMs = Math.max(WORK_AT_MOST_EVERY_MS, lifeMs / WORKS_IN_LIFE);
    this.#workIn(Math.min(WORK_EVERY_MS, everyMs));
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  async #doWhatIsDue(): Promise<void> {
    const { clock, log } = this.#options;
    const { present, candidate } = this.#look();
    if (!present.ok) return;
    const nowMs = clock.runningMs();
    if (candidate !== undefined) {
      if (this.#trial.isDue()) await this.#trial.make();
    } else if (nowMs >= this.#askNotBeforeMs && this.#isDue(present.facts)) {
      const problem = await this.#ask();
      if (problem === undefined) return;
      log.error({ problem }, 'No new certificate could be asked for');
      this.#askNotBeforeMs = nowMs + DISK_PAUSE_MS;
    }
  }

  #isDue(present: CertificateFacts): boolean {
    const { renewalDays, canCheck, clock, isConnected } = this.#options;
    const { utcMs, clockLevel } = clock.now();
    // By a clock that is not set nothing is near its end.
    if (renewalDays === 0 || !canCheck || clockLevel !== 'synced' || !isConnected()) return false;
    if (utcMs < renewalDueUtcMs(present, renewalDays)) return false;
    return utcMs >= mayAskFromUtcMs(this.#seen.asking, renewalLeadMs(present, renewalDays), utcMs);
  }

  /** @returns why not */
  async #ask(): Promise<string | undefined> {
    const { gatewayId, certificates, clock, log, ask } = this.#options;
    const before = certificates.asking();
    const made = before.request === undefined ? await certificates.makeRequest() : undefined;
    if (made?.ok === false) return `No request can be made: ${made.detail}`;
    const request = made?.request ?? before.request;
    if (request === undefined) return 'No request can be made';
    const { utcMs } = clock.now();
    // First, so that the key of whatever is answered is there.
    const kept = certificates.keepAsking(withAsk({ ...before, request }, utcMs));
    if (!kept.ok) return `The key of the request cannot be kept: ${kept.detail}; check the disk`;
    const { id, csr } = request;
    log.info({ id, asks: before.asks + 1 }, 'A new certificate is asked for');
    const at = iso(utcMs);
    const isRecorded = ask({ schema: 'loadgate.certificate-request/1', gatewayId, id, at, csr });
    return isRecorded ? undefined : 'The request could not be recorded and is made again; check the disk';
  }

  #keep(asking: Asking): void {
    const kept = this.#options.certificates.keepAsking(asking);
    if (!kept.ok) this.#options.log.error({ detail: kept.detail }, 'Where the renewal stands cannot be kept');
  }
}

function seeFiles(certificates: OwnCertificates): FilesSeen {
  return {
    enrolled: certificates.enrolled,
    present: certificates.present(),
    files: certificates.presentFiles(),
    candidate: certificates.candidate(),
    asking: certificates.asking(),
  };
}
