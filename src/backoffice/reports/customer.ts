import type { CustomerReport } from '../../contract/desk.ts';
import { REFUSALS } from '../../domain/restriction.ts';
import { energyOfRow, reliefOfRow } from '../notices/effect.ts';
import { hasObeyed, timeInForce } from '../notices/progress.ts';
import type { TargetRow } from '../notices/store.ts';
import { headOf, type ReportFacts } from './facts.ts';
import { outcomeOf } from './supplier.ts';

/** For one home, in plain English: who, why, when, how long, what it did, how to object, where the evidence is. */
export function customerReport(facts: ReportFacts, row: TargetRow): CustomerReport {
  const head = headOf(facts, []);
  const { issuer, measure, reason, basis, isRehearsal, evidence, noticeId } = head;
  const paragraphs = [
    {
      heading: 'Who asked',
      text: `${issuer.name}, which runs the electricity network in your area, asked for this. It was drafted by one person and authorised by another.`,
    },
    {
      heading: 'What was asked',
      text: `${measure}. ${isRehearsal ? 'This was a rehearsal: nothing in your home was changed.' : ''}`.trim(),
    },
    { heading: 'Why', text: `${endedSentence(reason)} ${endedSentence(basis.text)}` },
    { heading: 'When', text: whenText(facts, row) },
    { heading: 'What it did', text: effectText(facts, row) },
    {
      heading: 'If you disagree',
      text: `Taking part is your choice. You can withdraw your agreement at your own gateway at any time; a restriction in force ends there at once. To object, or to complain, write to ${issuer.name} and name the notice ${noticeId}.`,
    },
    {
      heading: 'Evidence',
      text: `Your gateway has checked and kept the signed notice, and has signed its own answers to it. The notice has the SHA-256 fingerprint ${evidence}. You can ask for the records of your gateway for this time.`,
    },
  ];
  return { schema: 'loadgate.customer-report/1', ...head, gatewayId: row.target.gatewayId, paragraphs };
}

function whenText({ notice, nowUtcMs }: ReportFacts, row: TargetRow): string {
  const time = timeInForce(row.progress);
  if (time === undefined) return `It was never in force in your home: ${outcomeInWords(row)}.`;
  const minutes = Math.max(1, Math.round(((time.untilUtcMs ?? nowUtcMs) - time.fromUtcMs) / 60_000));
  const span = `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const from = british(time.fromUtcMs);
  if (time.untilUtcMs === undefined)
    return `It has been in force in your home since ${from}, for ${span} so far.`;
  const trimmed =
    row.progress.trimmedToSeconds === undefined
      ? ''
      : ' That is less than was asked for: you had agreed to no more.';
  const asked = Math.round(notice.draft.durationSeconds / 60);
  return `It was in force in your home from ${from} to ${british(time.untilUtcMs)}, for ${span}; ${asked} minutes were asked for.${trimmed}`;
}

function effectText({ notice }: ReportFacts, row: TargetRow): string {
  if (!hasObeyed(row.progress)) return 'Nothing in your home was reduced.';
  const relief = reliefOfRow(notice, row);
  const energyWh = energyOfRow(notice, row);
  const flow = notice.draft.measure.kind === 'exportCeiling' ? 'gave' : 'took';
  if (relief === undefined || energyWh === undefined) return 'What it did in your home was not measured.';
  if (Math.round(relief.reliefW) <= 0) {
    return `Your home ${flow} no less electricity than in the minute before.`;
  }
  const sentences = [
    `Your home ${flow} ${kilo(relief.reliefW)} kW less than in the minute before, ${kilo(energyWh)} kWh in all.`,
    ...(row.progress.flooredLoads === undefined ? [] : ['What your home needs most was left alone.']),
  ];
  return sentences.join(' ');
}

function outcomeInWords({ progress, ...rest }: TargetRow): string {
  const code = progress.stage === 'refused' ? progress.refusal?.value.code : undefined;
  return code !== undefined && code in REFUSALS
    ? REFUSALS[code as keyof typeof REFUSALS].meaning
    : outcomeOf({ progress, ...rest });
}

function endedSentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

function kilo(value: number): string {
  return (value / 1_000).toFixed(Math.abs(value) < 10_000 ? 2 : 1);
}

const LOCAL = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** "5 January 2026 at 17:30", as the clocks of Great Britain show it. */
function british(utcMs: number): string {
  return LOCAL.format(utcMs);
}
