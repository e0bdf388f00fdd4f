import { z } from 'zod';

/** Part of every topic. Small letters, digits and hyphens: nothing that MQTT reads as a level or a wildcard. */
export const gatewayIdSchema = z
  .string()
  .regex(/^(?!(areas|trust)$)[a-z0-9][a-z0-9-]{0,63}$/)
  .meta({ id: 'GatewayId' });

export interface TopicEntry {
  /** Whose topic it is: one gateway's, an area's, or everybody's. */
  readonly of: 'gateway' | 'area' | 'all';
  /** What follows `loadgate/v1/<gatewayId>/`, `loadgate/v1/areas/<areaId>/` or `loadgate/v1/`. */
  readonly suffix: string;
  /** up: from the gateway to the back office. */
  readonly direction: 'up' | 'down';
  readonly isRetained: boolean;
  /** What is older is of no use to anybody, and the broker may drop it (MQTT 5). Absent: it never ages. */
  readonly expiryS?: number;
  readonly schemas: readonly string[];
  /** The message is a compact JWS, and the schemas are of its payload. */
  readonly isSigned: boolean;
  readonly purpose: string;
}

/** Every topic a gateway speaks or hears. All at QoS 1. docs/topics.md is checked against this table. */
export const TOPICS = {
  receipts: {
    of: 'gateway',
    suffix: 'receipts',
    direction: 'up',
    isRetained: false,
    schemas: ['loadgate.signed/1'],
    isSigned: false,
    purpose: 'What became of each restriction notice, and checkpoints of the journal, signed by the gateway',
  },
  events: {
    of: 'gateway',
    suffix: 'events',
    direction: 'up',
    isRetained: false,
    schemas: ['loadgate.event/1'],
    isSigned: false,
    purpose: 'What happened: limits, excursions, faults, loads narrowed and widened, refused commands',
  },
  telemetry: {
    of: 'gateway',
    suffix: 'telemetry',
    direction: 'up',
    isRetained: false,
    schemas: ['loadgate.telemetry/1'],
    isSigned: false,
    purpose: 'Flows, energy registers, ceilings and loads over one interval',
  },
  status: {
    of: 'gateway',
    suffix: 'status',
    direction: 'up',
    isRetained: true,
    expiryS: 86_400,
    schemas: ['loadgate.status-report/1', 'loadgate.offline/1'],
    isSigned: false,
    purpose: 'The latest status of the home, or that the gateway is not there (also its last will)',
  },
  curtailment: {
    of: 'gateway',
    suffix: 'control/curtailment',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.curtailment/1'],
    isSigned: true,
    purpose: 'Asks the home to stay below a ceiling for a bounded time',
  },
  curtailmentSchedule: {
    of: 'gateway',
    suffix: 'control/curtailment/schedule',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.curtailment-schedule/1'],
    isSigned: true,
    purpose: 'Asks for ceilings at agreed times, up to two days ahead; kept and run without a network',
  },
  curtailmentCancel: {
    of: 'gateway',
    suffix: 'control/curtailment/cancel',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.curtailment-cancel/1'],
    isSigned: true,
    purpose: 'Ends a curtailment or a whole schedule before its time',
  },
  noCurtailment: {
    of: 'gateway',
    suffix: 'control/curtailment/none',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.no-curtailment/1'],
    isSigned: true,
    purpose: 'Says that no curtailment is wanted now; the agreed defaults hold',
  },
  heartbeat: {
    of: 'gateway',
    suffix: 'control/heartbeat',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.heartbeat/1'],
    isSigned: true,
    purpose: 'Shows every 60 s or more often that the controlling party is there',
  },
  consent: {
    of: 'gateway',
    suffix: 'control/consent',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.consent/1'],
    isSigned: true,
    purpose: 'What somebody of the household told the back office: given, refused or withdrawn',
  },
  consentAck: {
    of: 'gateway',
    suffix: 'control/consent/ack',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.consent-ack/1'],
    isSigned: true,
    purpose: 'The back office has these entries of the ledger',
  },
  consentTexts: {
    of: 'gateway',
    suffix: 'control/consent/texts',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.consent-texts/1'],
    isSigned: true,
    purpose: 'The texts that are to be agreed to, and from when',
  },
  areaRestriction: {
    of: 'area',
    suffix: 'restriction',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.restriction-notice/1', 'loadgate.restriction-cancel/1'],
    isSigned: true,
    purpose: 'Emergency restriction of all homes on a feeder or behind a substation, or its end',
  },
  restriction: {
    of: 'gateway',
    suffix: 'control/restriction',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.restriction-notice/1', 'loadgate.restriction-cancel/1'],
    isSigned: true,
    purpose: 'The same for one home, and again for a gateway that was away when it was published',
  },
  rangeRequest: {
    of: 'gateway',
    suffix: 'control/range',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.range-request/1'],
    isSigned: true,
    purpose: 'Asks for records of a stream once more; for the back office alone',
  },
  certificate: {
    of: 'gateway',
    suffix: 'control/certificate',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.certificate/1'],
    isSigned: true,
    purpose: 'A new certificate that the gateway has asked for; for the back office alone',
  },
  trust: {
    of: 'all',
    suffix: 'trust',
    direction: 'down',
    isRetained: true,
    schemas: ['loadgate.trust-bundle/1'],
    isSigned: true,
    purpose: 'The keys that may give commands, and those that may no more, signed by the root',
  },
} as const satisfies Record<string, TopicEntry>;

export type TopicName = keyof typeof TOPICS;

/** Topics that belong to one gateway. */
export type GatewayTopicName = {
  [Name in TopicName]: (typeof TOPICS)[Name]['of'] extends 'gateway' ? Name : never;
}[TopicName];

/** What a gateway publishes. */
export const UPWARD_TOPICS = [
  'receipts',
  'events',
  'telemetry',
  'status',
] as const satisfies readonly GatewayTopicName[];

/** @returns undefined for what never ages */
export function expiryOf(name: TopicName): number | undefined {
  const { expiryS }: TopicEntry = TOPICS[name];
  return expiryS;
}

/** The longest schedule has some 12 000 bytes when signed. Whatever is far larger is no command and is refused unread. */
export const MOST_SIGNED_BYTES = 16_384;

const TOPIC_ROOT = 'loadgate/v1';

const BELOW_ROOT = { gateway: '{gatewayId}/', area: 'areas/{areaId}/', all: '' } as const;

/** The topic with the names of its parameters in place of them. */
export function topicAddressOf(name: TopicName): string {
  const { of, suffix }: TopicEntry = TOPICS[name];
  return `${TOPIC_ROOT}/${BELOW_ROOT[of]}${suffix}`;
}

export function topicOf(gatewayId: string, name: GatewayTopicName): string {
  return `${TOPIC_ROOT}/${gatewayId}/${TOPICS[name].suffix}`;
}

/** @param areaId of a feeder or a substation */
export function areaTopicOf(areaId: string): string {
  return `${TOPIC_ROOT}/areas/${areaId}/${TOPICS.areaRestriction.suffix}`;
}

export const TRUST_TOPIC = `${TOPIC_ROOT}/${TOPICS.trust.suffix}`;
