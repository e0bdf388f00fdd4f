import type { MqttBus } from '../adapters/mqtt/mqttBus.ts';
import type { BrokerSettings, Settings } from '../config/settings.ts';
import { encodeOffline, OFFLINE_LABEL } from '../contract/envelope.ts';
import { topicOf } from '../contract/topics.ts';
import { distributorOf } from '../domain/mpan.ts';
import type { SitePlan } from '../domain/sitePlan.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { BackOfficeOptions } from '../sync/backOfficeOrders.ts';
import { openCertificateDesk } from '../sync/certificates/certificateDesk.ts';
import type { CertificateRenewal } from '../sync/certificates/renewal.ts';
import { Inbox } from '../sync/inbox.ts';
import { Postman } from '../sync/outbox.ts';
import { RangeDesk } from '../sync/rangeDesk.ts';
import { connectBroker } from './connectBroker.ts';
import type { Trust } from './trust.ts';

/**
 * The way to the broker; nothing without one in the settings.
 * @param credentials asked at each attempt
 */
export function connectUplink(
  settings: Settings,
  credentials: () => BrokerSettings,
  clock: Clock,
  entropy: Entropy,
  log: Log,
): MqttBus | undefined {
  const { gatewayId, broker } = settings;
  const { url, protocolVersion } = broker;
  if (url === undefined) return undefined;
  return connectBroker(
    { ...broker, url },
    {
      clientId: gatewayId,
      protocolVersion: protocolVersion === '5' ? 5 : 4,
      credentials,
      will: { topic: topicOf(gatewayId, 'status'), payload: encodeOffline(gatewayId), label: OFFLINE_LABEL },
      clock,
      entropy,
      log,
    },
  );
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
  readonly trust: Trust;
  /** Absent: no certificate is set. */
  readonly renewal: CertificateRenewal | undefined;
}

/** Listens to the controls and sends what was recorded. */
export function startSync(parts: SyncParts): Postman {
  const { settings, site, gateway, bus, store, clock, entropy, log, trust, renewal } = parts;
  const { gatewayId } = settings;
  const { supply, controllingParty } = site;
  const inbox = new Inbox({
    gatewayId,
    bus,
    clock,
    log,
    circuits: site.circuits,
    areaIds: supply?.areas ?? [],
    ...(supply !== undefined && { distributor: distributorOf(supply.mpan) }),
    ...(controllingParty?.partyId !== undefined && { partyId: controllingParty.partyId }),
    trust,
    verify: trust.verify,
    knownIds: gateway.commands.knownControlIds(),
    onControl: (limits, id) => gateway.commands.acceptControl(limits, id),
    onCancel: (id) => gateway.commands.cancelControl(id),
    onHeartbeat: () => gateway.commands.hearParty(),
    whyNoControl: () => gateway.agreement.whyNoControl(),
    releasesSinceUtcMs: () => gateway.commands.releasesSinceUtcMs(),
    consent: {
      view: () => gateway.agreement.view(),
      onEntry: (entry) => gateway.agreement.accept(entry),
      onAcknowledged: (entries) => gateway.agreement.acknowledge(entries),
      onTexts: (version, texts) => gateway.agreement.announceTexts(version, texts),
    },
    onRestriction: (signed) => gateway.commands.acceptRestriction(signed),
    onRestrictionRefused: (refusal) => gateway.commands.refuseRestriction(refusal),
    onTrust: (bundle, jws) => gateway.commands.acceptTrust(bundle, jws),
    onEvent: (event) => gateway.record(event),
  });
  const postman = new Postman({
    gatewayId,
    store,
    bus,
    clock,
    entropy,
    log,
    cut: (row) => gateway.agreement.cutRow(row),
    kept: (stream, sequence) => store.streams.kept(stream, sequence, sequence, 1)[0],
    inFlightMaximum: () => bus.inFlightMaximum(),
    onEvent: (event) => gateway.record(event),
  });
  const backOffice: BackOfficeOptions = {
    gatewayId,
    bus,
    clock,
    log,
    bundle: () => inbox.trustBundle(),
    verify: trust.verify,
    onEvent: (event) => gateway.record(event),
  };
  new RangeDesk({
    ...backOffice,
    onRequest: (request) => gateway.commands.answerRange(request),
    repeat: (stream, sequences) => postman.repeat(stream, sequences),
  });
  if (renewal !== undefined) {
    openCertificateDesk({ ...backOffice, onCertificate: (message) => renewal.take(message) });
  }
  return postman;
}
