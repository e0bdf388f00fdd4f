import { type CertificateRequest, certificateRequestSchema } from '../../contract/certificate.ts';
import { type ConsentNote, consentNoteSchema } from '../../contract/consent.ts';
import {
  eventMessageSchema,
  offlineSchema,
  signedMessageSchema,
  statusReportSchema,
  telemetryMessageSchema,
} from '../../contract/envelope.ts';
import { decommissionSchema, erasureSchema } from '../../contract/erasure.ts';
import { checkpointSchema, receiptSchema } from '../../contract/receipt.ts';
import { type RestorationMessage, restorationSchema } from '../../contract/restoration.ts';
import {
  type LossMessage,
  lossSchema,
  type ManifestMessage,
  manifestSchema,
  type RangeAnswer,
  rangeAnswerSchema,
} from '../../contract/streams.ts';
import { TOPICS } from '../../contract/topics.ts';

const UPWARD = /^loadgate\/v1\/([a-z0-9][a-z0-9-]{0,63})\/([a-z/]+)$/;

type Signed = ReturnType<typeof signedMessageSchema.parse>;
type Telemetry = ReturnType<typeof telemetryMessageSchema.parse>;
type Event = ReturnType<typeof eventMessageSchema.parse>;
type StatusReport = ReturnType<typeof statusReportSchema.parse>;

export type Upward =
  | { readonly kind: 'signed'; readonly gatewayId: string; readonly message: Signed }
  | { readonly kind: 'telemetry'; readonly gatewayId: string; readonly message: Telemetry }
  | { readonly kind: 'status'; readonly gatewayId: string; readonly message: StatusReport }
  | { readonly kind: 'event'; readonly gatewayId: string; readonly message: Event }
  | { readonly kind: 'offline'; readonly gatewayId: string };

export type UpwardReading =
  | { readonly ok: true; readonly upward: Upward }
  | { readonly ok: false; readonly gatewayId?: string; readonly cause: string };

/** A message of a gateway by its topic and schema. The gateway in it must be the one whose topic it came on. */
export function readUpward(topic: string, payload: string): UpwardReading {
  const [, gatewayId, suffix] = UPWARD.exec(topic) ?? [];
  if (gatewayId === undefined) return { ok: false, cause: 'the topic is none of a gateway' };
  const refused = (cause: string): UpwardReading => ({ ok: false, gatewayId, cause });
  const value = readJson(payload);
  if (value === undefined) return refused('it is no JSON object');
  if (value.gatewayId !== gatewayId)
    return refused(`it names another gateway: ${String(value.gatewayId).slice(0, 64)}`);
  const taken = <T>(schema: Schema<T>, asUpward: (message: T) => Upward): UpwardReading => {
    const parsed = schema.safeParse(value);
    return parsed.success ? good(asUpward(parsed.data)) : refused(said(parsed.error));
  };
  switch (suffix) {
    case TOPICS.receipts.suffix:
      return taken(signedMessageSchema, (message) => ({ kind: 'signed', gatewayId, message }));
    case TOPICS.telemetry.suffix:
      return taken(telemetryMessageSchema, (message) => ({ kind: 'telemetry', gatewayId, message }));
    case TOPICS.status.suffix:
      if (offlineSchema.safeParse(value).success) return good({ kind: 'offline', gatewayId });
      return taken(statusReportSchema, (message) => ({ kind: 'status', gatewayId, message }));
    case TOPICS.events.suffix:
      return taken(eventMessageSchema, (message) => ({ kind: 'event', gatewayId, message }));
    default:
      return refused(`nothing is expected on ${suffix}`);
  }
}

type Verified =
  | { readonly kind: 'receipt'; readonly receipt: ReturnType<typeof receiptSchema.parse> }
  | { readonly kind: 'checkpoint'; readonly checkpoint: ReturnType<typeof checkpointSchema.parse> }
  | { readonly kind: 'consent'; readonly message: ConsentNote }
  | { readonly kind: 'certificateRequest'; readonly message: CertificateRequest }
  /** Signed word of what a gateway has done with its own record: kept as it is. */
  | { readonly kind: 'ownRecord' }
  | { readonly kind: 'restoration'; readonly message: RestorationMessage }
  | { readonly kind: 'loss'; readonly message: LossMessage }
  | { readonly kind: 'manifest'; readonly message: ManifestMessage }
  | { readonly kind: 'rangeAnswer'; readonly message: RangeAnswer }
  | { readonly kind: 'wrong'; readonly cause: string };

/** The body as it stands in the message, which is what a manifest vouches for. */
export function bodyTextOf(payload: string, body: unknown): string {
  const start = payload.indexOf(',"body":');
  return start === -1 ? JSON.stringify(body) : payload.slice(start + ',"body":'.length, -1);
}

/** The payload of a signed body whose signature was found good. */
export function readSignedPayload(payload: string, gatewayId: string): Verified {
  const value = readJson(payload);
  if (value === undefined) return { kind: 'wrong', cause: 'the signed payload is no JSON object' };
  if (value.gatewayId !== gatewayId) {
    return {
      kind: 'wrong',
      cause: `the signed payload is of another gateway: ${String(value.gatewayId).slice(0, 64)}`,
    };
  }
  const taken = <T>(schema: Schema<T>, asVerified: (message: T) => Verified): Verified => {
    const parsed = schema.safeParse(value);
    return parsed.success ? asVerified(parsed.data) : { kind: 'wrong', cause: said(parsed.error) };
  };
  switch (value.schema) {
    case 'loadgate.checkpoint/1':
      return taken(checkpointSchema, (checkpoint) => ({ kind: 'checkpoint', checkpoint }));
    case 'loadgate.certificate-request/1':
      return taken(certificateRequestSchema, (message) => ({ kind: 'certificateRequest', message }));
    case 'loadgate.consent-entry/1':
    case 'loadgate.tombstone/1':
      return taken(consentNoteSchema, (message) => ({ kind: 'consent', message }));
    case 'loadgate.erasure/1':
      return taken(erasureSchema, () => ({ kind: 'ownRecord' }));
    case 'loadgate.decommission/1':
      return taken(decommissionSchema, () => ({ kind: 'ownRecord' }));
    case 'loadgate.restoration/1':
      return taken(restorationSchema, (message) => ({ kind: 'restoration', message }));
    case 'loadgate.loss/1':
      return taken(lossSchema, (message) => ({ kind: 'loss', message }));
    case 'loadgate.manifest/1':
      return taken(manifestSchema, (message) => ({ kind: 'manifest', message }));
    case 'loadgate.range-answer/1':
      return taken(rangeAnswerSchema, (message) => ({ kind: 'rangeAnswer', message }));
    default:
      return taken(receiptSchema, (receipt) => ({ kind: 'receipt', receipt }));
  }
}

function good(upward: Upward): UpwardReading {
  return { ok: true, upward };
}

interface Mistakes {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** What is used of a schema of the contract. */
interface Schema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Mistakes };
}

function said({ issues }: Mistakes): string {
  const [first] = issues;
  return first === undefined
    ? 'it does not fit its schema'
    : `${first.path.join('.') || 'the whole'}: ${first.message}`;
}

function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
