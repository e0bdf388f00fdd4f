import { areaKeyOf } from './measure.ts';
import type { Actor, Outcome } from './outcome.ts';
import type { NoticeParts } from './parts.ts';
import type { NoticeRecord, SignedDeed } from './record.ts';

/** Gives commands their sequence and their signature. */
export class CommandSigner {
  readonly #parts: NoticeParts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: NoticeParts) {
    this.#parts = parts;
  }

  /** One after the other, so that sequences go out in their order. */
  inTurn(run: () => Promise<Outcome>): Promise<Outcome> {
    const turn = this.#turn.then(run, run);
    this.#turn = turn;
    return turn;
  }

  /** Signs with the next sequence. Nothing counts until `keep` has written it. */
  async sign(
    { draft }: NoticeRecord,
    actor: Actor,
    messageOf: (sequence: number, nowUtcMs: number) => object,
  ): Promise<Outcome<SignedDeed>> {
    const { store, signers, clock, sha256, log } = this.#parts;
    const signer = signers.get(draft.issuer);
    if (signer === undefined) {
      return {
        ok: false,
        code: 'signerUnavailable',
        sentence: `There is no signing key of distributor ${draft.issuer}.`,
      };
    }
    const sequence = store.lastSequence(draft.issuer, areaKeyOf(draft.area)) + 1;
    const atUtcMs = clock.now().utcMs;
    try {
      const jws = await signer.sign(messageOf(sequence, atUtcMs));
      const value = {
        by: actor.person.name,
        atUtcMs,
        sequence,
        jws,
        sha256: sha256(jws),
        keyId: signer.keyId,
      };
      return { ok: true, value };
    } catch (error) {
      const found = error instanceof Error ? error.message : String(error);
      log.error({ issuer: draft.issuer, found }, 'A command could not be signed');
      const sentence = `The signing key of distributor ${draft.issuer} cannot be used: ${found}.`;
      return { ok: false, code: 'signerUnavailable', sentence };
    }
  }

  /** Sequence, signed bytes, targets and audit in one transaction: after a crash all of it is there, or nothing. */
  keep(
    before: NoticeRecord,
    notice: NoticeRecord,
    signed: SignedDeed,
    actor: Actor,
    alsoSave: () => void,
  ): Outcome {
    const { store, book, trail, watchers } = this.#parts;
    const { issuer, area } = notice.draft;
    const isCancel = notice.cancel?.authorised === signed;
    const isKept = store.transaction(() => {
      // Signing takes its time: meanwhile somebody may have discarded it.
      if (book.find(notice.noticeId) !== before) return false;
      if (!store.takeSequence(issuer, areaKeyOf(area), signed.sequence)) return false;
      book.save(notice);
      alsoSave();
      const sentence = `Signed with ${signed.keyId}, sequence ${signed.sequence}, SHA-256 ${signed.sha256}.`;
      trail.write({
        user: actor.person.name,
        action: isCancel ? 'cancel.authorised' : 'notice.sent',
        subject: notice.noticeId,
        from: actor.from,
        sentence,
      });
      return true;
    });
    if (!isKept) {
      const sentence = 'Something else was done with it at the same moment; look at it, and do it again.';
      return { ok: false, code: 'wrongState', sentence };
    }
    book.adopt(notice);
    watchers.noticeChanged(notice.noticeId);
    return { ok: true, value: notice };
  }
}
