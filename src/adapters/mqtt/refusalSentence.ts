import { REFUSAL_REASONS } from './brokerWords.ts';

/** Longer ones say no more. */
const MOST_SAID_CHARACTERS = 160;

/** Why a message or a subscription was turned down, and who mends it. @param said the broker's own words to it (MQTT 5) */
export function refusalSentence(code: number, said?: string): string {
  return `${REFUSAL_REASONS[code] ?? 'the broker refuses it'} (${mqttReason(code, said)})`;
}

/** The number to look up, and what the broker itself says to it, which anybody may have written. */
export function mqttReason(code: number, said?: string): string {
  const words = said
    ?.replace(/[\p{C}\s"]+/gu, ' ')
    .trim()
    .slice(0, MOST_SAID_CHARACTERS);
  return words === undefined || words === '' ? `MQTT reason ${code}` : `MQTT reason ${code}: "${words}"`;
}
