import { connectBus, type MqttBus } from '../adapters/mqtt/connectBus.ts';
import type { Settings } from '../config/settings.ts';
import { encodeOffline } from '../contract/envelope.ts';
import { topicOf } from '../contract/topics.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { backoffMs, RECONNECT_SCHEDULE } from '../sync/backoff.ts';
import { Inbox } from '../sync/inbox.ts';
import { Postman } from '../sync/outbox.ts';

/** The way to the broker; nothing without one in the settings. */
export function connectUplink(
  settings: Settings,
  clock: Clock,
  entropy: Entropy,
  log: Log,
): MqttBus | undefined {
  const { url, protocolVersion, ...credentials } = settings.broker;
  if (url === undefined) return undefined;
  return connectBus({
    ...credentials,
    url,
    clientId: settings.gatewayId,
    protocolVersion: protocolVersion === '5' ? 5 : 4,
    willTopic: topicOf(settings.gatewayId, 'status'),
    willPayload: encodeOffline(settings.gatewayId),
    clock,
    log,
    reconnectDelayMs: (failures) => backoffMs(failures, RECONNECT_SCHEDULE, entropy),
    requiresSubscriber: false,
  });
}

interface SyncParts {
  readonly settings: Settings;
  readonly site: SitePlan;
  readonly gateway: Gateway;
  readonly bus: MqttBus;
  readonly store: Store;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
}

/** Listens to the controls and sends what was recorded. */
export function startSync({ settings, site, gateway, bus, store, clock, entropy, log }: SyncParts): Postman {
  const { gatewayId, acceptUnsignedCurtailment } = settings;
  new Inbox({
    gatewayId,
    bus,
    clock,
    log,
    circuits: site.circuits,
    acceptUnsignedCurtailment,
    knownIds: gateway.knownControlIds(),
    onControl: (limits, id) => gateway.acceptControl(limits, id),
    onCancel: (id) => gateway.cancelControl(id),
    onHeartbeat: () => gateway.hearParty(),
    onEvent: (event) => gateway.record(event),
  });
  return new Postman({
    gatewayId,
    store,
    bus,
    clock,
    entropy,
    log,
    inFlightMaximum: () => bus.inFlightMaximum(),
    onEvent: (event) => gateway.record(event),
  });
}
