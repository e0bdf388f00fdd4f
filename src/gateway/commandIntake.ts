import type { RangeRequest } from '../contract/streams.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { UtcMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type { SignedCommand } from '../domain/restriction.ts';
import type { TrustBundle } from '../domain/trustBundle.ts';
import type { Agreement } from './agreement.ts';
import { withControl, withoutControl } from './controlSlot.ts';
import { type GatewayMemory, releasesSinceOf } from './gatewayMemory.ts';
import { type Kept, recordOrThrow } from './kept.ts';
import type { Recorder } from './recorder.ts';
import type { RestrictionKeeper, UnreadCommand } from './restrictionKeeper.ts';
import type { StreamKeeper } from './streams/streamKeeper.ts';

interface Parts {
  readonly kept: Kept;
  readonly agreement: Agreement;
  readonly restrictions: RestrictionKeeper;
  readonly streams: StreamKeeper;
  readonly recorder: Pick<Recorder, 'addDraft'>;
  readonly onEvent: (event: DomainEvent) => void;
}

/**
 * What comes from outside and is obeyed, its signature judged before it comes here. Each promise resolves when what became of
 * it is on the disk, so that the acknowledgement to the sender promises that it survives.
 */
export class CommandIntake {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async acceptControl(limits: readonly Limit[], id: string): Promise<void> {
    const { kept } = this.#parts;
    const { party, control } = kept.memory();
    kept.change({
      party: { ...party, controlAtMs: kept.now().runningMs },
      control: withControl(control, limits, id),
    });
    recordOrThrow(kept, 'the curtailment');
  }

  async cancelControl(id: string): Promise<void> {
    const { kept } = this.#parts;
    kept.change({ control: withoutControl(kept.memory().control, id) });
    recordOrThrow(kept, 'the curtailment');
  }

  /** The controlling party is there. Kept with the next record: a lost heartbeat is followed by another. */
  async hearParty(): Promise<void> {
    const { kept } = this.#parts;
    kept.change({ party: { ...kept.memory().party, heartbeatAtMs: kept.now().runningMs } });
  }

  /** What was issued before this releases nothing. */
  releasesSinceUtcMs(): UtcMs {
    return releasesSinceOf(this.#parts.kept.memory());
  }

  knownControlIds(): readonly string[] {
    return this.#parts.kept.memory().control.knownIds;
  }

  /** A restriction command whose signature is good. */
  async acceptRestriction(signed: SignedCommand): Promise<void> {
    const { kept, agreement, restrictions } = this.#parts;
    const { ledger, texts } = agreement.view();
    const memory = kept.memory();
    const standing = { ledger, texts, releasesSinceUtcMs: releasesSinceOf(memory) };
    kept.change({ restrictions: restrictions.take(signed, memory.restrictions, standing, kept.now()) });
    recordOrThrow(kept, 'the restriction');
  }

  /** One that failed a check of its form, its key or its signature. */
  async refuseRestriction(unread: UnreadCommand): Promise<void> {
    const { kept, restrictions } = this.#parts;
    restrictions.refuse(unread, kept.now());
    recordOrThrow(kept, 'the refusal');
  }

  /** Keys that may give commands, signed by the root; a later bundle than the one before. */
  async acceptTrust(bundle: TrustBundle, jws: string): Promise<void> {
    const { kept, onEvent } = this.#parts;
    kept.change({ trust: { bundle, jws } });
    onEvent({ kind: 'trustChanged', version: bundle.version });
    recordOrThrow(kept, 'the trust bundle');
  }

  trustBundle(): GatewayMemory['trust'] {
    return this.#parts.kept.memory().trust;
  }

  /** The back office misses a stretch of a stream. @returns the sequences that are to be sent again */
  answerRange(request: RangeRequest): readonly number[] {
    const { streams, recorder, kept } = this.#parts;
    const { draft, repeats } = streams.answer(request, kept.now());
    recorder.addDraft(draft);
    return repeats;
  }
}
