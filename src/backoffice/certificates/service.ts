import type { CertificateMessage, CertificateRequest } from '../../contract/certificate.ts';
import { topicOf } from '../../contract/topics.ts';
import { iso } from '../../domain/instant.ts';
import type { Bus } from '../../ports/bus.ts';
import type { CertificateIssuer } from '../../ports/certificateIssuer.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Sha256 } from '../../ports/secrets.ts';
import type { Signer } from '../../ports/signature.ts';
import type { AuditTrail } from '../audit/trail.ts';
import type { DeskStore } from '../store.ts';
import type { IssuedCertificate } from './store.ts';

interface CertificatesParts {
  readonly store: Pick<
    DeskStore,
    'transaction' | 'addCertificate' | 'issuedFor' | 'countIssued' | 'remembered' | 'remember'
  >;
  readonly trail: AuditTrail;
  readonly bus: Pick<Bus, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly sha256: Sha256;
  /** Absent: this desk issues none. */
  readonly issuer?: CertificateIssuer;
  /** Key of the back office itself; absent: no answer could be signed. */
  readonly signer?: Signer;
}

/** New certificates for one gateway in 24 hours: a renewal that goes wrong is made anew, and a loop must not run for ever. */
const MOST_A_DAY = 4;
const DAY_MS = 86_400_000;

/**
 * Answers gateways that ask for a new certificate. Whoever comes here is registered, has signed with the key on record and came
 * on its own topic, to which the broker ties the name in its certificate: the new one bears no other. The same request has
 * the same answer, however often it comes.
 */
export class Certificates {
  readonly #parts: CertificatesParts;
  /** One after the other: a request that comes twice is issued once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: CertificatesParts) {
    this.#parts = parts;
  }

  /** Resolves when what becomes of it is on the disk. Rejects only when the disk does not take it. */
  take(request: CertificateRequest): Promise<void> {
    const turn = this.#turn.then(() => this.#answer(request));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** A gateway has not taken what it was sent. */
  refused(gatewayId: string, { topic, cause }: { readonly topic: string; readonly cause: string }): void {
    if (topic !== topicOf(gatewayId, 'certificate')) return;
    const { log } = this.#parts;
    log.warn({ gatewayId, cause }, 'A gateway has refused its certificate');
    this.#note('certificate.notTaken', gatewayId, `The gateway has not taken it: ${cause}.`);
  }

  async #answer(request: CertificateRequest): Promise<void> {
    const { issuer, signer, sha256, store } = this.#parts;
    const { gatewayId, csr } = request;
    if (issuer === undefined || signer === undefined) {
      const missing = issuer === undefined ? 'certificates (an authority)' : 'backOfficeKey';
      return this.#refuse(gatewayId, `this desk issues no certificates: its settings have no ${missing}`);
    }
    const known = store.issuedFor(gatewayId, sha256(csr));
    const issued = known ?? (await this.#issue(request, issuer));
    if (issued !== undefined) await this.#send(request, issued, signer);
  }

  async #issue(
    { gatewayId, csr }: CertificateRequest,
    issuer: CertificateIssuer,
  ): Promise<IssuedCertificate | undefined> {
    const { store, trail, clock, sha256, log } = this.#parts;
    const nowUtcMs = clock.now().utcMs;
    if (store.countIssued(gatewayId, nowUtcMs - DAY_MS) >= MOST_A_DAY) {
      this.#refuse(
        gatewayId,
        `it was given ${MOST_A_DAY} in the last 24 hours; look at what it does with them`,
      );
      return undefined;
    }
    const made = await issuer.issue(csr, gatewayId, nowUtcMs);
    if (!made.ok) {
      this.#refuse(gatewayId, made.cause);
      return undefined;
    }
    const { certificates, serial, untilUtcMs } = made;
    const issued = {
      gatewayId,
      csrSha256: sha256(csr),
      issuedAtUtcMs: nowUtcMs,
      untilUtcMs,
      serial,
      certificates,
    };
    const sentence = `Issued a certificate until ${iso(untilUtcMs)}, serial ${serial}.`;
    store.transaction(() => {
      store.addCertificate(issued);
      trail.write({ action: 'certificate.issued', subject: gatewayId, from: '', sentence });
    });
    log.info({ gatewayId, serial, until: iso(untilUtcMs) }, 'A certificate was issued');
    return issued;
  }

  /** What the broker does not take goes when it is asked for again. */
  async #send(
    { gatewayId, id }: CertificateRequest,
    issued: IssuedCertificate,
    signer: Signer,
  ): Promise<void> {
    const { bus, clock, log } = this.#parts;
    const message: CertificateMessage = {
      schema: 'loadgate.certificate/1',
      gatewayId,
      id,
      issuedAt: iso(clock.now().utcMs),
      certificates: issued.certificates,
    };
    try {
      const jws = await signer.sign(message);
      const result = await bus.publish(topicOf(gatewayId, 'certificate'), jws, { retain: false });
      if (!result.ok)
        log.warn({ gatewayId, detail: result.detail }, 'The broker has not taken a certificate');
    } catch (error) {
      log.error({ gatewayId, detail: String(error) }, 'A certificate could not be signed for its way');
    }
  }

  #refuse(gatewayId: string, cause: string): void {
    this.#parts.log.warn({ gatewayId, cause }, 'No certificate was issued');
    this.#note('certificate.refused', gatewayId, `No certificate was issued: ${cause}.`);
  }

  /** The audit trail only grows, and a gateway asks on: one entry a day for the same reason. */
  #note(action: string, gatewayId: string, sentence: string): void {
    const { store, trail, clock } = this.#parts;
    const name = `${action} ${gatewayId}`;
    const told = `${iso(clock.now().utcMs).slice(0, 10)} ${sentence}`;
    if (store.remembered(name) === told) return;
    store.transaction(() => {
      store.remember(name, told);
      trail.write({ action, subject: gatewayId, from: '', sentence });
    });
  }
}
