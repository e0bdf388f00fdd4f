import type { StatusReportBody } from '../../contract/statusReport.ts';
import type { TelemetryBody } from '../../contract/telemetry.ts';
import type { BusMessage } from '../../ports/bus.ts';
import type { SignatureReader } from '../../ports/signature.ts';
import type { Certificates } from '../certificates/service.ts';
import type { ConsentBook } from '../consent/service.ts';
import { watch } from '../notices/effect.ts';
import type { NoticeParts } from '../notices/parts.ts';
import { takeReceipts, type VerifiedReceipt } from '../notices/receipts.ts';
import { figuresOfStatus, figuresOfTelemetry, importPowerW } from '../registry/figures.ts';
import type { Checkpoint } from '../registry/rules.ts';
import type { Receiver } from '../usage/service.ts';
import { Batcher } from './batcher.ts';
import { bodyTextOf, readSignedPayload, readUpward, type Upward } from './readUpward.ts';

/** Characters of a message that are kept when it is not believed; one that waits for a key is kept whole. */
const KEPT_CHARACTERS = 2_000;

export interface IntakeParts extends NoticeParts {
  readonly verify: SignatureReader;
  readonly receiver: Receiver;
  readonly consents: ConsentBook;
  readonly certificates: Certificates;
  /** A gateway has shown that it is there. */
  readonly onTurnedUp: (gatewayId: string) => void;
}

type Item =
  | {
      readonly kind: 'receipt';
      readonly verified: VerifiedReceipt;
      readonly topic: string;
      readonly payload: string;
    }
  | { readonly kind: 'ownRecord'; readonly row: VerifiedReceipt['row'] }
  | { readonly kind: 'checkpoint'; readonly row: VerifiedReceipt['row']; readonly checkpoint: Checkpoint };

/**
 * Takes what gateways send. A receipt is acknowledged to the broker when it is on the disk, once, however often it comes;
 * what cannot be believed is kept apart and acknowledged too, since it would be no better the next time.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #batcher: Batcher<Item>;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#batcher = new Batcher(parts.clock, (items) => this.#write(items));
  }

  /** Rejects only when the disk does not take it: then the broker keeps it. */
  async take({ topic, payload, isRetained }: BusMessage): Promise<void> {
    const text = new TextDecoder().decode(payload);
    const reading = readUpward(topic, text);
    if (!reading.ok) {
      this.#setAside(topic, text, reading.cause, reading.gatewayId);
      return;
    }
    const { upward } = reading;
    if (this.#parts.registry.find(upward.gatewayId) === undefined) {
      this.#parts.log.debug({ gatewayId: upward.gatewayId }, 'A gateway that is not registered was heard');
      if (upward.kind === 'signed')
        this.#setAside(topic, text, 'the gateway is not registered', upward.gatewayId);
      return;
    }
    await this.#takeKnown(upward, topic, text, isRetained === true);
    if (isRetained !== true && upward.kind !== 'offline') this.#parts.onTurnedUp(upward.gatewayId);
  }

  async #takeKnown(upward: Upward, topic: string, text: string, isRetained: boolean): Promise<void> {
    const { registry, clock } = this.#parts;
    const nowUtcMs = clock.now().utcMs;
    const { gatewayId } = upward;
    this.#note(upward, text);
    switch (upward.kind) {
      case 'offline':
        registry.see(gatewayId, { isOnline: false });
        return;
      case 'event': {
        const { body } = upward.message;
        const isConsent = body.kind === 'consentChanged' && body.purpose === 'dnoRestriction';
        registry.see(gatewayId, {
          isOnline: true,
          seenAtUtcMs: nowUtcMs,
          ...(isConsent ? { consent: { state: body.action, text: body.textVersion } } : {}),
        });
        if (body.kind === 'controlRefused') {
          this.#parts.consents.refused(gatewayId, body);
          this.#parts.certificates.refused(gatewayId, body);
          this.#parts.receiver.takeRefusal(gatewayId, body);
        }
        return;
      }
      case 'telemetry':
        this.#takeTelemetry(gatewayId, upward.message.body, nowUtcMs);
        return;
      case 'status': {
        // One that the broker kept says when it was, not that the gateway is there.
        const recordedAtUtcMs = Math.min(nowUtcMs, Date.parse(upward.message.recordedAt));
        await this.#takeStatus(gatewayId, upward.message.body, isRetained ? recordedAtUtcMs : nowUtcMs);
        return;
      }
      case 'signed':
        registry.see(gatewayId, { isOnline: true, seenAtUtcMs: nowUtcMs });
        await this.#takeSigned(upward, topic, text);
    }
  }

  /** That it came, whatever becomes of it: what cannot be believed would be no better the next time. */
  #note(upward: Upward, text: string): void {
    if (upward.kind === 'offline') return;
    const { gatewayId, outboxId, stream, sequence, body } = upward.message;
    this.#parts.receiver.take({ gatewayId, outboxId, stream, sequence, body: bodyTextOf(text, body) });
  }

  #takeTelemetry(gatewayId: string, body: TelemetryBody, nowUtcMs: number): void {
    const { registry, boards, book, watchers } = this.#parts;
    const figures = figuresOfTelemetry(body, nowUtcMs);
    registry.see(gatewayId, { isOnline: true, seenAtUtcMs: nowUtcMs, figures });
    const importW = importPowerW(figures);
    if (importW === undefined) return;
    const fromUtcMs = Date.parse(body.intervalFrom);
    const untilUtcMs = Date.parse(body.intervalUntil);
    for (const notice of book.open(nowUtcMs)) {
      const row = boards.of(notice.noticeId).find(gatewayId);
      const watched = row === undefined ? undefined : watch(notice, row, { fromUtcMs, untilUtcMs, importW });
      if (row === undefined || watched === undefined) continue;
      boards.putWatched(notice.noticeId, { ...row, watched });
      watchers.rowChanged(notice.noticeId, gatewayId);
    }
  }

  async #takeStatus(gatewayId: string, status: StatusReportBody, seenAtUtcMs: number): Promise<void> {
    const { registry } = this.#parts;
    const stated = status.consent.find(({ purpose }) => purpose === 'dnoRestriction');
    const hasTelemetry = registry.find(gatewayId)?.figures !== undefined;
    registry.see(gatewayId, {
      isOnline: true,
      seenAtUtcMs,
      version: status.version,
      ...(hasTelemetry ? {} : { figures: figuresOfStatus(status, seenAtUtcMs) }),
      ...(stated === undefined
        ? {}
        : {
            consent: {
              state: stated.state,
              ...(stated.textVersion === undefined ? {} : { text: stated.textVersion }),
            },
          }),
    });
    const { publicKey } = status.identity;
    const pinning = registry.pin(gatewayId, publicKey);
    if (pinning === 'pinned') await this.#retryWaiting(gatewayId);
    if (pinning === 'other')
      this.#parts.log.warn({ gatewayId }, 'A gateway shows another key than the one on record');
  }

  /** What waited for the key of this gateway is tried again, as if it came now. */
  async #retryWaiting(gatewayId: string): Promise<void> {
    const waiting = this.#parts.store.takeWaitingForKey(gatewayId);
    for (const { topic, payload } of waiting) {
      await this.take({ topic, payload: new TextEncoder().encode(payload) });
    }
  }

  async #takeSigned(
    { gatewayId, message }: Extract<Upward, { kind: 'signed' }>,
    topic: string,
    text: string,
  ): Promise<void> {
    const { registry, verify, clock } = this.#parts;
    const { jws } = message.body;
    const key = registry.find(gatewayId)?.key;
    const header = verify.takeApart(jws);
    if (header === undefined) return this.#setAside(topic, text, 'the body is no compact JWS', gatewayId);
    if (key === undefined)
      return this.#setAside(topic, text, 'no key of this gateway is known yet', gatewayId, true);
    if (header.keyId !== undefined && header.keyId !== key.keyId) {
      return this.#setAside(
        topic,
        text,
        `signed with the key ${header.keyId.slice(0, 64)}, not with that of this gateway`,
        gatewayId,
      );
    }
    if (!(await verify.isSignedBy(jws, key.publicKey))) {
      return this.#setAside(topic, text, 'the signature does not fit', gatewayId);
    }
    const payload = readSignedPayload(header.payload, gatewayId);
    if (payload.kind === 'wrong') return this.#setAside(topic, text, payload.cause, gatewayId);
    const { receiver } = this.#parts;
    if (payload.kind === 'consent') return this.#parts.consents.take(payload.message, jws);
    if (payload.kind === 'certificateRequest') return await this.#parts.certificates.take(payload.message);
    if (payload.kind === 'loss') return receiver.takeLosses(payload.message);
    if (payload.kind === 'manifest') return receiver.takeManifest(payload.message);
    if (payload.kind === 'rangeAnswer') return receiver.takeAnswer(payload.message);
    const { outboxId, stream, sequence } = message;
    const row = { gatewayId, outboxId, stream, sequence, jws, receivedAtUtcMs: clock.now().utcMs };
    if (payload.kind === 'restoration') this.#parts.consents.restored(payload.message);
    if (payload.kind === 'ownRecord' || payload.kind === 'restoration')
      return this.#batcher.add({ kind: 'ownRecord', row });
    return payload.kind === 'checkpoint'
      ? this.#batcher.add({ kind: 'checkpoint', row, checkpoint: payload.checkpoint })
      : this.#batcher.add({
          kind: 'receipt',
          verified: { row, receipt: payload.receipt },
          topic,
          payload: text,
        });
  }

  /** All of it in one transaction; takeReceipts joins it. */
  #write(items: readonly Item[]): void {
    const { store, registry } = this.#parts;
    const receipts = items.filter((item) => item.kind === 'receipt');
    const checkpoints = items.filter((item) => item.kind === 'checkpoint');
    const ownRecords = items.filter((item) => item.kind === 'ownRecord');
    if (ownRecords.length > 0) {
      store.transaction(() => {
        for (const { row } of ownRecords) store.addReceipt(row);
      });
    }
    const records =
      checkpoints.length === 0
        ? []
        : store.transaction(() => {
            const changed = checkpoints.flatMap(({ row, checkpoint }) => {
              const { journalId, record, hash, at } = checkpoint;
              const isNew = store.addReceipt(row) && registry.isNewCheckpoint(row.gatewayId, checkpoint);
              const next = isNew
                ? registry.withCheckpoint(row.gatewayId, { journalId, record, hash, at })
                : undefined;
              return next === undefined ? [] : [next];
            });
            store.saveGateways(changed);
            return changed;
          });
    for (const record of records) registry.adopt(record);
    const strange = takeReceipts(
      this.#parts,
      receipts.map(({ verified }) => verified),
    );
    for (const { row, receipt } of strange) {
      const found = receipts.find(({ verified }) => verified.row === row);
      const cause = `about a notice that this desk has not sent: ${receipt.noticeId ?? 'without an id'}`;
      if (found !== undefined) this.#setAside(found.topic, found.payload, cause, row.gatewayId);
    }
  }

  #setAside(topic: string, text: string, cause: string, gatewayId?: string, isWaitingForKey = false): void {
    const { store, clock, log } = this.#parts;
    log.warn({ topic, cause }, 'A message was set aside');
    const payload = isWaitingForKey ? text : text.slice(0, KEPT_CHARACTERS);
    const atUtcMs = clock.now().utcMs;
    store.setAside([
      { atUtcMs, topic, cause, payload, isWaitingForKey, ...(gatewayId === undefined ? {} : { gatewayId }) },
    ]);
  }
}
