import { BROKER_REASONS, LINK_REASONS } from './brokerWords.ts';
import { mqttReason } from './refusalSentence.ts';

/** What ended or prevented a connection, as the MQTT library or Node.js gave it. */
export interface ConnectionFailure {
  /** A number is a reason of MQTT. */
  readonly code?: number | string;
  readonly message: string;
  /** What the broker says to it in its own words (MQTT 5). */
  readonly said?: string;
}

/** One sentence for the log: what is wrong and what to do. Ends with what was found, for a search. */
export function connectionSentence(failure: ConnectionFailure | undefined): string {
  if (failure === undefined) return 'The broker closed the connection without a reason';
  const { code, message, said } = failure;
  if (typeof code === 'number') {
    return `${BROKER_REASONS[code] ?? 'The broker refused the connection'} (${mqttReason(code, said)})`;
  }
  const found = code ?? message;
  // A breach within TLS has one code for all, and the reason in its text.
  const told = code === 'EPROTO' ? message : found;
  const known = LINK_REASONS.find(([parts]) => parts.some((part) => told.includes(part)));
  return `${known?.[1] ?? 'The connection to the broker failed'} (${found})`;
}
