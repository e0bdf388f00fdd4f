import { receiptMessageOf } from '../contract/receipt.ts';
import type { Decision, DecisionInput } from '../core/decision.ts';
import { type AdmissionContext, admit, markKeyOf } from '../core/restrictions/admit.ts';
import { effectOf, type PowerSample, sumOf, utcOf, withSample } from '../core/restrictions/effect.ts';
import {
  endNotices,
  follow,
  inForceOf,
  type LifeStep,
  type Lived,
  passTime,
} from '../core/restrictions/life.ts';
import { limitPrefixOf, limitsOf } from '../core/restrictions/measureLimits.ts';
import { type HeldNotice, type RestrictionMemory, withAnswer } from '../core/restrictions/memory.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Now, RunningMs, UtcMs } from '../domain/instant.ts';
import type { Limit } from '../domain/limit.ts';
import type {
  Receipt,
  RefusalCode,
  RestrictionCommand,
  RestrictionNotice,
  SignedCommand,
} from '../domain/restriction.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Log } from '../ports/log.ts';
import type { OwnSigner } from '../ports/signature.ts';
import type { JournalNote, OutboxDraft } from '../ports/store.ts';
import { restrictionSentence } from './describeRestrictions.ts';

/** A command that failed a check before anybody knew whether to believe it. */
export interface UnreadCommand {
  readonly code: RefusalCode;
  readonly cause: string;
  readonly sha256: string;
  readonly noticeId?: string;
  readonly issuer?: string;
  readonly sequence?: number;
}

interface Parts {
  readonly gatewayId: string;
  readonly site: SitePlan;
  readonly signer: OwnSigner;
  readonly log: Log;
  readonly onDraft: (draft: OutboxDraft) => void;
  readonly onNote: (note: JournalNote) => void;
  /** Whether the household agrees to restrictions at this moment. */
  readonly isAgreed: () => boolean;
}

interface UnsignedReceipt {
  readonly receipt: Receipt;
  readonly runningMs: RunningMs;
  readonly utcMs: UtcMs;
}

/** A set-point may read this much above its ceiling and still counts as followed: steps and tolerance of devices. */
const FOLLOWED_TOLERANCE_A = 0.6;
const FOLLOWED_TOLERANCE_W = 150;

/**
 * Restriction notices at this gateway: takes or refuses them, tells the judgement what they ask for, and receipts what
 * becomes of them. All that lasts is in the memory that goes through it.
 */
export class RestrictionKeeper {
  readonly #parts: Parts;
  #samples: readonly PowerSample[] = [];
  #sampledAtMs: RunningMs | undefined;
  readonly #unsigned: UnsignedReceipt[] = [];
  #limits: { readonly of: readonly HeldNotice[]; readonly limits: readonly Limit[] } = { of: [], limits: [] };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A command with a good signature: checks 4 to 9. */
  take(
    signed: SignedCommand,
    memory: RestrictionMemory,
    standing: Pick<AdmissionContext, 'ledger' | 'texts' | 'releasesSinceUtcMs'>,
    now: Now,
  ): RestrictionMemory {
    const { gatewayId, site, log, onNote } = this.#parts;
    const { command, sha256, jws } = signed;
    const admission = admit(signed, { now, site, gatewayId, memory, ...standing });
    if (admission.kind === 'repeated') {
      log.debug({ sha256 }, 'The restriction command came again; nothing changes');
      return memory;
    }
    onNote({ kind: 'command', jws, runningMs: now.runningMs, utcMs: now.utcMs });
    const about = { ...identityOf(command), sha256 };
    if (admission.kind === 'refused') {
      log.warn({ ...about, code: admission.code, cause: admission.cause }, 'Restriction command refused');
      this.refuse({ ...about, code: admission.code, cause: admission.cause }, now, isRehearsal(command));
      return this.#answered(memory, signed, admission.code);
    }
    if (admission.kind === 'cancels') {
      const marked = this.#answered(memory, signed, 'taken');
      return this.end(marked, 'cancelled', ({ noticeId }) => noticeId === admission.noticeId, now);
    }
    log.warn(about, 'Restriction notice taken');
    this.#receipt(admission.held, 'received', now);
    return { ...this.#answered(memory, signed, 'taken'), held: [...memory.held, admission.held] };
  }

  refuse(refusal: UnreadCommand, now: Now, isForRehearsal = false): void {
    const { code, cause, sha256, noticeId, issuer, sequence } = refusal;
    this.#send(
      {
        gatewayId: this.#parts.gatewayId,
        status: 'refused',
        sha256,
        ...instantOf(now),
        isRehearsal: isForRehearsal,
        adjustments: [],
        code,
        cause,
        ...(noticeId === undefined ? {} : { noticeId }),
        ...(issuer === undefined ? {} : { issuer }),
        ...(sequence === undefined ? {} : { sequence }),
      },
      now,
    );
  }

  /** Ends notices before their time. */
  end(
    memory: RestrictionMemory,
    how: Parameters<typeof endNotices>[1],
    isMeant: (notice: RestrictionNotice) => boolean,
    now: Now,
  ): RestrictionMemory {
    return this.#tell(endNotices(memory, how, isMeant, now.runningMs), now);
  }

  /** To be called before each decision. */
  passTime(memory: RestrictionMemory, now: Now): RestrictionMemory {
    // Each cycle goes through here before what narrows has left: the sum is for those alone that may begin now.
    const mayBegin = memory.held.some(({ startedAtMs }) => startedAtMs === undefined);
    return this.#tell(passTime(memory, now, mayBegin ? sumOf(this.#samples) : undefined), now);
  }

  /** What holds in this decision; the same list while nothing has changed. */
  limits(memory: RestrictionMemory): readonly Limit[] {
    const real = inForceOf(memory).filter(({ notice }) => !notice.isRehearsal);
    const isSame =
      real.length === this.#limits.of.length &&
      real.every(
        (one, index) =>
          one.notice === this.#limits.of[index]?.notice && one.endsAtMs === this.#limits.of[index]?.endsAtMs,
      );
    if (!isSame) {
      this.#limits = { of: real, limits: real.flatMap((one) => limitsOf(this.#parts.site, one.notice, one)) };
    }
    return this.#limits.limits;
  }

  /** To be called when what narrows has left: a signature takes longer than a decision may wait. */
  signReceipts(): void {
    for (const { receipt, runningMs, utcMs } of this.#unsigned.splice(0)) {
      const jws = this.#parts.signer.sign(receiptMessageOf(receipt));
      this.#parts.onDraft({ stream: 'receipts', body: { jws } });
      this.#parts.onNote({ kind: 'receipt', jws, runningMs, utcMs });
    }
  }

  /** To be called after each decision. */
  follow(memory: RestrictionMemory, { now }: DecisionInput, decision: Decision): RestrictionMemory {
    const { explanation, events } = decision;
    const root = this.#parts.site.circuits.find(({ parentId }) => parentId === undefined);
    const connection = explanation.circuits.find(({ circuitId }) => circuitId === root?.circuitId);
    const tookMs = this.#sampledAtMs === undefined ? 0 : now.runningMs - this.#sampledAtMs;
    this.#sampledAtMs = now.runningMs;
    const powerW = connection?.powerW;
    this.#samples = withSample(this.#samples, { atMs: now.runningMs, powerW, tookMs });
    if (memory.held.length === 0) return memory;
    const isOf = (noticeId: string) => (limit: Limit) => limit.limitId.startsWith(limitPrefixOf(noticeId));
    const lived = follow(memory, now, tookMs, {
      isStillHeld: (noticeId) => decision.memory.held.some(({ limit }) => isOf(noticeId)(limit)),
      excursions: events.filter(({ kind }) => kind === 'excursionStarted').length,
      isMet: (noticeId) => {
        const limits = this.#limits.limits.filter(isOf(noticeId));
        return limits.length > 0 && limits.every((limit) => isFollowed(limit, explanation, connection));
      },
      ...(powerW === undefined ? {} : { powerW }),
    });
    return this.#tell(lived, now);
  }

  #answered(
    memory: RestrictionMemory,
    { command, sha256 }: SignedCommand,
    outcome: 'taken' | RefusalCode,
  ): RestrictionMemory {
    const { noticeId, issuer, sequence } = identityOf(command);
    const isAbove = !BEFORE_THE_MARK.includes(outcome);
    const key = markKeyOf(command);
    const highWaterMarks = isAbove ? { ...memory.highWaterMarks, [key]: sequence } : memory.highWaterMarks;
    const { kind } = command;
    return withAnswer({ ...memory, highWaterMarks }, { kind, noticeId, issuer, sha256, outcome });
  }

  #tell({ memory, steps }: Lived, now: Now): RestrictionMemory {
    for (const { status, held } of steps) {
      this.#receipt(held, status, now);
      const event = eventOf({ status, held }, this.#parts.site, now);
      if (event !== undefined) this.#parts.onDraft({ stream: 'events', body: event });
    }
    return memory;
  }

  #receipt(held: HeldNotice, status: Receipt['status'], now: Now): void {
    const { notice, sha256, adjustments, startsAtMs, startedAtMs, endsAtMs, ended } = held;
    // What was measured after a withdrawal is told nobody.
    const told = this.#parts.isAgreed() ? held : { ...held, after: NO_POWER };
    const effect = status === 'received' ? undefined : effectOf(told);
    this.#send(
      {
        gatewayId: this.#parts.gatewayId,
        status,
        ...identityOf(notice),
        sha256,
        ...instantOf(now),
        isRehearsal: notice.isRehearsal,
        adjustments,
        startsAtUtcMs: utcOf(startedAtMs ?? startsAtMs, now),
        endsAtUtcMs: utcOf(ended?.atMs ?? endsAtMs, now),
        ...(effect === undefined ? {} : { effect }),
      },
      now,
    );
  }

  #send(receipt: Receipt, { runningMs, utcMs }: Now): void {
    this.#unsigned.push({ receipt, runningMs, utcMs });
  }
}

const NO_POWER = { wattMs: 0, coveredMs: 0 };

/** A command that failed one of these has not shown that its sequence is the issuer's next. */
const BEFORE_THE_MARK: readonly string[] = ['notAddressed', 'idReused', 'lowerSequence'];

function identityOf(command: RestrictionCommand) {
  const { issuer, sequence } = command;
  const noticeId = command.kind === 'notice' ? command.noticeId : command.cancels.noticeId;
  return { noticeId, issuer, sequence };
}

function isRehearsal(command: RestrictionCommand): boolean {
  return command.kind === 'notice' && command.isRehearsal;
}

function instantOf({ runningMs, utcMs, clockLevel }: Now) {
  return { atUtcMs: utcMs, runningMs, clockLevel };
}

function isFollowed(
  { loadId, ceiling, direction, basis }: Limit,
  { loads }: Decision['explanation'],
  connection: Decision['explanation']['circuits'][number] | undefined,
): boolean {
  if (loadId !== undefined) {
    const load = loads.find((one) => one.loadId === loadId);
    return load !== undefined && load.inForceA <= ceiling + FOLLOWED_TOLERANCE_A;
  }
  const sign = direction === 'import' ? 1 : -1;
  if (basis === 'activePowerW') {
    return connection?.powerW !== undefined && sign * connection.powerW <= ceiling + FOLLOWED_TOLERANCE_W;
  }
  const flows = connection?.phases ?? [];
  return flows.every(({ flowA }) => flowA !== undefined && sign * flowA <= ceiling + FOLLOWED_TOLERANCE_A);
}

function eventOf({ status, held }: LifeStep, site: SitePlan, now: Now): DomainEvent | undefined {
  const { notice, endsAtMs } = held;
  const { noticeId, issuer, isRehearsal: rehearsal } = notice;
  const objection = site.restriction === undefined ? '' : `. To object: ${site.restriction.objection}`;
  const sentence = `${restrictionSentence(held, now)}${objection}`;
  switch (status) {
    case 'started':
      return {
        kind: 'restrictionStarted',
        noticeId,
        issuer,
        untilUtcMs: Math.round(utcOf(endsAtMs, now)),
        isRehearsal: rehearsal,
        sentence,
      };
    case 'completed':
    case 'withdrawn':
    case 'cancelled':
    case 'superseded':
      return { kind: 'restrictionEnded', noticeId, how: status, isRehearsal: rehearsal, sentence };
    case 'inForce':
    case 'released':
      return undefined;
  }
}
