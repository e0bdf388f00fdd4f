import type { MqttBus } from '../adapters/mqtt/mqttBus.ts';
import type { DeskSettings } from '../config/deskSchema.ts';
import type { BusMessage } from '../ports/bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Log } from '../ports/log.ts';
import { connectBroker } from './connectBroker.ts';

/** What the broker may send before the first is acknowledged: a connection hands messages on one by one anyway. */
const RECEIVE_MAXIMUM = 100;

interface DeskBusParts {
  readonly settings: DeskSettings['broker'];
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly take: (message: BusMessage) => Promise<void>;
}

export interface DeskBus {
  /** Publishes alone. */
  readonly outward: MqttBus;
  close(): Promise<void>;
}

/**
 * The desk's ways to the broker. One publishes and hears nothing: the broker's acknowledgement would have to wait behind all
 * that comes in. The others hear: each takes the next message only when the last one is on the disk, so that with several
 * of them one transaction takes as many. A shared subscription divides the messages among them. It does not deliver what is
 * retained (MQTT 5 section 4.8.2), so the status of the gateways comes over the first of them alone.
 */
export function connectDeskBus({ settings, clock, entropy, log, take }: DeskBusParts): DeskBus {
  const { connections, clientId, ...broker } = settings;
  const connect = (name: string): MqttBus =>
    connectBroker(broker, {
      clientId: name,
      protocolVersion: 5,
      credentials: () => broker,
      clock,
      entropy,
      log: log.child({ clientId: name }),
      receiveMaximum: RECEIVE_MAXIMUM,
    });
  const outward = connect(`${clientId}-out`);
  const inward = Array.from({ length: connections }, (_, index) => connect(`${clientId}-in-${index + 1}`));
  const share = connections === 1 ? '' : `$share/${clientId}/`;
  for (const bus of inward) {
    for (const suffix of ['receipts', 'events', 'telemetry']) {
      bus.subscribe(`${share}loadgate/v1/+/${suffix}`, take);
    }
  }
  inward[0]?.subscribe('loadgate/v1/+/status', take);
  return {
    outward,
    close: async () => {
      await Promise.all([outward, ...inward].map((bus) => bus.close()));
    },
  };
}
