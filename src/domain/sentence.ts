import { FAULTS } from './faults.ts';
import type { Reason } from './reason.ts';

/** The reason as one sentence for people. The same sentence stands in the log, the status and the answer to a complaint. */
export function sentenceOf(reason: Reason): string {
  if (reason.kind === 'fault') return `${FAULTS[reason.code].title} (${reason.subject})`;
  const unit = reason.basis === 'phaseCurrentA' ? 'A' : 'W';
  const where = reason.phase === undefined ? '' : ` on ${reason.phase}`;
  const flow =
    reason.observed === undefined
      ? ''
      : `, ${rounded(reason.observed)} ${unit} ${reason.direction} seen${where}`;
  return `${capitalised(reason.text)}: at most ${rounded(reason.ceiling)} ${unit} ${reason.direction}${flow}`;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
