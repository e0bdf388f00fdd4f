import type { CheckedDraft, Draft, Forecast, ForecastQuestion, Problem } from '../../contract/desk.ts';
import { checkDraft, type DraftContext, type DraftFindings, readDraft } from './checkDraft.ts';
import { CommandSigner } from './commandSigner.ts';
import { cancelMessage, noticeMessage, plannedTimes } from './commands.ts';
import { forecastOf } from './forecast.ts';
import { type Hindrance, hindranceOf, type NoticeAction, type Person } from './fourEyes.ts';
import { areaText, measureText } from './measure.ts';
import type { Actor, Outcome } from './outcome.ts';
import type { NoticeParts } from './parts.ts';
import type { Deed, NoticeRecord, SentNotice } from './record.ts';
import { targetsOf } from './targets.ts';

/** The life of notices at the desk, up to their signature; the publisher takes it from there. */
export class Notices {
  readonly #parts: NoticeParts;
  readonly #onSigned: () => void;
  readonly #signer: CommandSigner;

  constructor(parts: NoticeParts, onSigned: () => void) {
    this.#parts = parts;
    this.#onSigned = onSigned;
    this.#signer = new CommandSigner(parts);
  }

  forecast({ area, measure }: ForecastQuestion): Forecast {
    const { registry, clock } = this.#parts;
    return forecastOf(measure, registry.membersOf(area), clock.now().utcMs);
  }

  /** @param value a draft as far as it has been written */
  check(value: unknown): CheckedDraft {
    const reading = readDraft(value);
    if (reading.ok) {
      const { problems, warnings } = this.#findingsOn(reading.draft);
      return { problems: [...problems], warnings: [...warnings], forecast: this.forecast(reading.draft) };
    }
    const isWrong = (field: string): boolean =>
      reading.problems.some(({ path }) => path === '' || path === field || path.startsWith(`${field}.`));
    const hasBoth = !isWrong('area') && !isWrong('measure');
    return {
      problems: [...reading.problems],
      warnings: [],
      ...(hasBoth ? { forecast: this.forecast(value as Draft) } : {}),
    };
  }

  draft(value: unknown, actor: Actor): Outcome {
    if (!actor.person.roles.includes('engineer')) {
      return { ok: false, code: 'notAllowed', sentence: 'This needs the role engineer.' };
    }
    const reading = readDraft(value);
    const findings = reading.ok
      ? this.#findingsOn(reading.draft)
      : { problems: reading.problems, warnings: [] };
    if (!reading.ok || findings.problems.length > 0) {
      const sentence = 'The draft cannot be taken as it is; see each problem.';
      return { ok: false, code: 'notValid', sentence, problems: findings.problems };
    }
    const { draft } = reading;
    const notice: NoticeRecord = {
      noticeId: this.#newId(draft),
      draft,
      forecast: this.forecast(draft),
      warnings: findings.warnings,
      drafted: this.#deed(actor),
    };
    const kind = draft.rehearsal ? 'rehearsal' : 'notice';
    const sentence = `Drafted a ${kind} for ${areaText(draft.area)}: ${measureText(draft.measure)}.`;
    return this.#keep(notice, actor, 'notice.drafted', sentence);
  }

  /** Makes the forecast anew. Whoever authorises has to have read the one that stands. */
  renewForecast(noticeId: string): Outcome {
    const notice = this.#parts.book.find(noticeId);
    if (notice === undefined) return notFound(noticeId);
    if (notice.authorised !== undefined || notice.discarded !== undefined) {
      return {
        ok: false,
        code: 'wrongState',
        sentence: 'The forecast stands as it was when it was authorised.',
      };
    }
    const { warnings } = this.#findingsOn(notice.draft, noticeId);
    const renewed = { ...notice, forecast: this.forecast(notice.draft), warnings };
    this.#parts.store.transaction(() => this.#parts.book.save(renewed));
    return this.#adopted(renewed);
  }

  /** @param forecastAt of the forecast that the person has read */
  authorise(noticeId: string, forecastAt: string, actor: Actor): Outcome {
    return this.#step(noticeId, 'authorise', actor, (notice) => {
      if (forecastAt !== notice.forecast.at) {
        const sentence = `The forecast was made anew at ${notice.forecast.at}; read that one.`;
        return { ok: false, code: 'wrongState', sentence };
      }
      const problems = this.#problemsBeforeSending(notice);
      if (problems.length > 0) return cannotAnyMore(problems);
      const after = { ...notice, authorised: this.#deed(actor) };
      return this.#keep(
        after,
        actor,
        'notice.authorised',
        `Authorised what ${notice.drafted.by} had drafted.`,
      );
    });
  }

  discard(noticeId: string, reason: string, actor: Actor): Outcome {
    return this.#step(noticeId, 'discard', actor, (notice) =>
      this.#keep(
        { ...notice, discarded: { ...this.#deed(actor), reason } },
        actor,
        'notice.discarded',
        reason,
      ),
    );
  }

  send(noticeId: string, actor: Actor): Promise<Outcome> {
    return this.#signer.inTurn(() =>
      this.#stepAsync(noticeId, 'send', actor, async (notice) => {
        const problems = this.#problemsBeforeSending(notice);
        if (problems.length > 0) return cannotAnyMore(problems);
        const signed = await this.#signer.sign(notice, actor, (sequence, nowUtcMs) =>
          noticeMessage(notice, sequence, nowUtcMs, this.#superseded(notice)),
        );
        if (!signed.ok) return signed;
        const sent: SentNotice = { ...signed.value, ...plannedTimes(notice.draft, signed.value.atUtcMs) };
        const { registry, clock } = this.#parts;
        const rows = targetsOf(notice.draft, registry.membersOf(notice.draft.area), clock.now().utcMs);
        const outcome = this.#signer.keep(notice, { ...notice, sent }, signed.value, actor, () =>
          this.#parts.store.saveTargets(noticeId, rows),
        );
        if (!outcome.ok) return outcome;
        for (const row of rows) this.#parts.boards.of(noticeId).put(row);
        this.#onSigned();
        return outcome;
      }),
    );
  }

  askCancel(noticeId: string, reason: string, actor: Actor): Outcome {
    return this.#step(noticeId, 'askCancel', actor, (notice) =>
      this.#keep({ ...notice, cancel: { reason, asked: this.#deed(actor) } }, actor, 'cancel.asked', reason),
    );
  }

  refuseCancel(noticeId: string, reason: string, actor: Actor): Outcome {
    return this.#step(noticeId, 'refuseCancel', actor, ({ cancel: _, ...notice }) =>
      this.#keep(notice, actor, 'cancel.refused', reason),
    );
  }

  authoriseCancel(noticeId: string, actor: Actor): Promise<Outcome> {
    return this.#signer.inTurn(() =>
      this.#stepAsync(noticeId, 'authoriseCancel', actor, async (notice) => {
        const { sent, cancel } = notice;
        if (sent === undefined || cancel === undefined) return notFound(noticeId);
        const signed = await this.#signer.sign(notice, actor, (sequence, nowUtcMs) =>
          cancelMessage(notice, { noticeId, sha256: sent.sha256 }, sequence, nowUtcMs, cancel.reason),
        );
        if (!signed.ok) return signed;
        const after = { ...notice, cancel: { ...cancel, authorised: signed.value } };
        const outcome = this.#signer.keep(notice, after, signed.value, actor, () => {});
        if (outcome.ok) this.#onSigned();
        return outcome;
      }),
    );
  }

  hindrance(action: NoticeAction, notice: NoticeRecord, person: Person): Hindrance | undefined {
    const { utcMs } = this.#parts.clock.now();
    const isOver = this.#parts.book.state(notice, utcMs) === 'over';
    return hindranceOf(action, notice, person, { utcMs, isOver });
  }

  #step(
    noticeId: string,
    action: NoticeAction,
    actor: Actor,
    run: (notice: NoticeRecord) => Outcome,
  ): Outcome {
    const notice = this.#parts.book.find(noticeId);
    if (notice === undefined) return notFound(noticeId);
    const hindrance = this.hindrance(action, notice, actor.person);
    if (hindrance !== undefined) return this.#refused(notice, action, actor, hindrance);
    return run(notice);
  }

  async #stepAsync(
    noticeId: string,
    action: NoticeAction,
    actor: Actor,
    run: (notice: NoticeRecord) => Promise<Outcome>,
  ): Promise<Outcome> {
    const notice = this.#parts.book.find(noticeId);
    if (notice === undefined) return notFound(noticeId);
    const hindrance = this.hindrance(action, notice, actor.person);
    if (hindrance !== undefined) return this.#refused(notice, action, actor, hindrance);
    return run(notice);
  }

  #refused({ noticeId }: NoticeRecord, action: NoticeAction, actor: Actor, hindrance: Hindrance): Outcome {
    if (hindrance.code === 'notAllowed') {
      this.#parts.store.transaction(() =>
        this.#write(actor, `refused.${action}`, noticeId, hindrance.sentence),
      );
    }
    return { ok: false, ...hindrance };
  }

  #keep(notice: NoticeRecord, actor: Actor, action: string, sentence: string): Outcome {
    this.#parts.store.transaction(() => {
      this.#parts.book.save(notice);
      this.#write(actor, action, notice.noticeId, sentence);
    });
    return this.#adopted(notice);
  }

  #adopted(notice: NoticeRecord): Outcome {
    this.#parts.book.adopt(notice);
    this.#parts.watchers.noticeChanged(notice.noticeId);
    return { ok: true, value: notice };
  }

  #write({ person, from }: Actor, action: string, subject: string, sentence: string): void {
    this.#parts.trail.write({ user: person.name, action, subject, from, sentence });
  }

  #deed({ person }: Actor): Deed {
    return { by: person.name, atUtcMs: this.#parts.clock.now().utcMs };
  }

  #findingsOn(draft: Draft, except?: string): DraftFindings {
    return checkDraft(draft, this.#contextFor(draft, except));
  }

  /** What was right when it was drafted may be wrong by now: another notice, another distributor of a gateway. */
  #problemsBeforeSending({ draft, noticeId }: NoticeRecord): readonly Problem[] {
    const { problems } = this.#findingsOn(draft, noticeId);
    // A beginning that has passed meanwhile is no reason to stop: the rest of the time is what is needed.
    return problems.filter(({ path }) => path !== 'startsAt');
  }

  #contextFor(draft: Draft, except?: string): DraftContext {
    const { registry, book, boards, clock, signers, caps } = this.#parts;
    const nowUtcMs = clock.now().utcMs;
    const notices = book
      .all()
      .filter(({ noticeId, discarded }) => noticeId !== except && discarded === undefined)
      .map((notice) => ({ notice, active: boards.activeAt(notice, nowUtcMs) }));
    return {
      nowUtcMs,
      distributors: [...signers.keys()],
      caps,
      members: registry.membersOf(draft.area),
      notices,
    };
  }

  #superseded({ draft }: NoticeRecord): { noticeId: string; sha256: string } | undefined {
    const former = draft.supersedes === undefined ? undefined : this.#parts.book.find(draft.supersedes);
    return former?.sent === undefined ? undefined : { noticeId: former.noticeId, sha256: former.sent.sha256 };
  }

  /** Readable, sortable by day, and never the same twice. */
  #newId({ area }: Draft): string {
    const { clock, entropy } = this.#parts;
    const day = new Date(clock.now().utcMs).toISOString().slice(0, 10);
    const place = area.kind === 'gateways' ? 'gateways' : area.areaId.slice(0, 32);
    return `${day}-${place}-${entropy.identifier().replaceAll('-', '').slice(0, 8)}`;
  }
}

function notFound(noticeId: string): Outcome {
  return { ok: false, code: 'notFound', sentence: `There is no notice ${noticeId}.` };
}

function cannotAnyMore(problems: readonly Problem[]): Outcome {
  const sentence = 'Something has changed since it was drafted; discard it and draft another one.';
  return { ok: false, code: 'notValid', sentence, problems };
}
