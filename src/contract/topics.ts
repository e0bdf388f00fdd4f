import { z } from 'zod';

/** Part of every topic. Small letters, digits and hyphens: nothing that MQTT reads as a level or a wildcard. */
export const gatewayIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
  .meta({ id: 'GatewayId' });

export interface TopicEntry {
  /** What follows `loadgate/v1/<gatewayId>/`. */
  readonly suffix: string;
  /** up: from the gateway to the back office. */
  readonly direction: 'up' | 'down';
  readonly isRetained: boolean;
  readonly schemas: readonly string[];
  readonly purpose: string;
}

/** Every topic a gateway speaks or hears. All at QoS 1. docs/topics.md is checked against this table. */
export const TOPICS = {
  events: {
    suffix: 'events',
    direction: 'up',
    isRetained: false,
    schemas: ['loadgate.event/1'],
    purpose: 'What happened: limits, excursions, faults, loads narrowed and widened, refused commands',
  },
  telemetry: {
    suffix: 'telemetry',
    direction: 'up',
    isRetained: false,
    schemas: ['loadgate.telemetry/1'],
    purpose: 'Flows, energy registers, ceilings and loads over one interval',
  },
  status: {
    suffix: 'status',
    direction: 'up',
    isRetained: true,
    schemas: ['loadgate.status-report/1', 'loadgate.offline/1'],
    purpose: 'The latest status of the home, or that the gateway is not there (also its last will)',
  },
  curtailment: {
    suffix: 'control/curtailment',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.curtailment/1'],
    purpose: 'Asks the home to stay below a ceiling for a bounded time',
  },
  curtailmentSchedule: {
    suffix: 'control/curtailment/schedule',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.curtailment-schedule/1'],
    purpose: 'Asks for ceilings at agreed times, up to two days ahead; kept and run without a network',
  },
  curtailmentCancel: {
    suffix: 'control/curtailment/cancel',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.curtailment-cancel/1'],
    purpose: 'Ends a curtailment or a whole schedule before its time',
  },
  noCurtailment: {
    suffix: 'control/curtailment/none',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.no-curtailment/1'],
    purpose: 'Says that no curtailment is wanted now; the agreed defaults hold',
  },
  heartbeat: {
    suffix: 'control/heartbeat',
    direction: 'down',
    isRetained: false,
    schemas: ['loadgate.heartbeat/1'],
    purpose: 'Shows every 60 s or more often that the controlling party is there',
  },
} as const satisfies Record<string, TopicEntry>;

export type TopicName = keyof typeof TOPICS;

const TOPIC_ROOT = 'loadgate/v1';

export function topicOf(gatewayId: string, name: TopicName): string {
  return `${TOPIC_ROOT}/${gatewayId}/${TOPICS[name].suffix}`;
}
