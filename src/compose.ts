import { join } from 'node:path';
import { serveLocal } from './adapters/http/serveLocal.ts';
import type { MqttBus } from './adapters/mqtt/mqttBus.ts';
import { watchTopics } from './adapters/mqtt/watchTopics.ts';
import { createLog } from './adapters/pino/pinoLog.ts';
import { isDirectoryLocked } from './adapters/sqlite/directoryLock.ts';
import { openStore } from './adapters/sqlite/openStore.ts';
import { openStoreReadOnly } from './adapters/sqlite/openStoreReadOnly.ts';
import { hashPin } from './adapters/system/engineerPin.ts';
import { createSystemClock } from './adapters/system/systemClock.ts';
import { createSystemEntropy } from './adapters/system/systemEntropy.ts';
import { createSupervisor } from './adapters/systemd/systemdSupervisor.ts';
import type { DemoBroker, DeskComposition, RunningGateway } from './cli/context.ts';
import {
  certificateStanding,
  createRenewal,
  filesOf,
  openCertificateDoors,
  openCertificates,
} from './compose/certificates.ts';
import { createDevices, openRadios } from './compose/devices.ts';
import { openIdentity } from './compose/identity.ts';
import { openVerifier, readOwnKey } from './compose/journal.ts';
import { keyIdOf, makeKey, openSigner } from './compose/keys.ts';
import { openLines } from './compose/lines.ts';
import { makeBackup } from './compose/makeBackup.ts';
import { createLoneClimber, watchNetwork } from './compose/network.ts';
import { createDeviceToRead, openForReading } from './compose/reading.ts';
import { refusal } from './compose/refusal.ts';
import { restoreBackup } from './compose/restoreBackup.ts';
import { openTrust, readEnrolment } from './compose/trust.ts';
import { connectUplink, startSync } from './compose/uplink.ts';
import { viewOf } from './compose/view.ts';
import { whyOutOfService, wipeState } from './compose/wipe.ts';
import type { BrokerSettings, Settings } from './config/settings.ts';
import { modelsOf } from './discovery/modelFacts.ts';
import type { Ladder } from './domain/network.ts';
import type { SitePlan } from './domain/sitePlan.ts';
import { Gateway } from './gateway/gateway.ts';
import { giveBackGenerators } from './gateway/giveBack.ts';
import { type LocalView, localRoutes } from './gateway/localRoutes.ts';
import { replayJournal } from './gateway/replay.ts';
import { whatIf } from './gateway/whatIf.ts';
import type { NetworkWatch } from './network/networkWatch.ts';
import type { Clock } from './ports/clock.ts';
import type { Profile } from './profiles/profile.ts';
import type { Postman } from './sync/outbox.ts';
import { readVersion } from './version.ts';

/** Time at an orderly stop for what still waits in the outbox. */
const FAREWELL_MS = 2_000;

/** The one place where ports meet adapters. */
export async function startGateway(
  settings: Settings,
  site: SitePlan,
  profiles: ReadonlyMap<string, Profile>,
): Promise<RunningGateway> {
  const log = createLog({ level: settings.logLevel, fileDescriptor: 2 });
  const enrolment = await readEnrolment(settings.trust);
  const outOfService = whyOutOfService(settings.stateDirectory);
  if (outOfService !== undefined) throw refusal('outOfService', outOfService);
  const decommission = Promise.withResolvers<'decommissioned'>();
  let view: LocalView | undefined;
  const local = await serveLocal({
    socketPath: join(settings.runtimeDirectory, 'loadgate.sock'),
    routes: localRoutes(() => view),
  });
  if (!local.ok) throw refusal(local.cause === 'inUse' ? 'portInUse' : 'wrongConfiguration', local.detail);
  const store = openStore({ directory: settings.stateDirectory, log });
  if (store.condition.kind === 'unavailable' && isLocked(settings.stateDirectory)) {
    await local.server.close();
    throw refusal('portInUse', store.condition.detail);
  }
  const restored = 'state' in store.condition ? store.condition.state : undefined;
  const clock = createSystemClock({
    speed: settings.simulation.speed,
    ...(restored === undefined ? {} : { initialRunningMs: restored.runningMs, lastUtcMs: restored.utcMs }),
  });
  const entropy = createSystemEntropy();
  const signer = openIdentity(settings.identity.keyFile, settings.stateDirectory, log);
  const lines = openLines(site, profiles, clock, log);
  const radios = openRadios(site, clock, entropy, log);
  const devices = createDevices({ site, profiles, lines, radios, clock, entropy, log });
  const certificates = openCertificates(settings);
  const renewal =
    certificates &&
    createRenewal({
      settings,
      certificates,
      clock,
      log,
      bus: () => uplink,
      ask: (request) => started.say(request),
    });
  let uplink: MqttBus | undefined;
  let postman: Postman | undefined;
  let network: NetworkWatch | undefined;
  const started = new Gateway({
    gatewayId: settings.gatewayId,
    site,
    devices,
    store,
    clock,
    entropy,
    signer,
    log,
    supervisor: createSupervisor({ clock, log }),
    version: readVersion(),
    cycleIntervalMs: settings.cycle.intervalMs,
    segmentMs: settings.journal.segmentMs,
    telemetryIntervalMs: settings.telemetry.intervalMs,
    keepJournalDays: settings.journal.keepDays,
    outbox: { mostBytes: settings.outbox.mostMegabytes * 1_000_000, keepDays: settings.outbox.keepDays },
    onRecorded: () => postman?.nudge(),
    syncStatus: () => {
      const { faults, ...certificate } = certificateStanding(renewal, clock);
      return {
        isConnected: uplink?.isConnected() ?? false,
        sent: postman?.statistics().sent ?? 0,
        acknowledged: postman?.statistics().acknowledged ?? 0,
        ...(uplink !== undefined && { sentence: uplink.sentence() }),
        ...certificate,
        faults: [...(uplink?.faults() ?? []), ...faults],
      };
    },
    networkState: () => network?.state(),
  });
  view = viewOf({
    gateway: started,
    site,
    devices,
    lines,
    radios,
    models: modelsOf(profiles),
    clock,
    network: () => network,
    certificate: openCertificateDoors(renewal, clock),
    onDecommission: () => decommission.resolve('decommissioned'),
  });
  const trust = await openTrust(enrolment, started.commands.trustBundle(), log);
  const credentials = (): BrokerSettings => filesOf(settings.broker, renewal?.shownFiles());
  uplink = connectUplink(settings, credentials, clock, entropy, log);
  network = watchNetwork({
    settings,
    uplink,
    certificates,
    history: store,
    clock,
    log,
    onChange: (change) => started.record({ kind: 'networkRungChanged', ...change }),
  });
  uplink?.onConnection((isConnected) => {
    if (isConnected) started.greet();
    if (isConnected) renewal?.connected();
  });
  // In one go with the connection: what waits at the broker comes as soon as it stands.
  if (uplink !== undefined)
    postman = startSync({
      settings,
      site,
      gateway: started,
      bus: uplink,
      store,
      clock,
      entropy,
      log,
      trust,
      renewal,
    });
  started.start();
  network.start();
  if (uplink !== undefined) renewal?.start();
  // Without a record it holds all the same; the next start reads the file again.
  if (trust.toRemember !== undefined) {
    const { bundle, jws } = trust.toRemember;
    await started.commands
      .acceptTrust(bundle, jws)
      .catch((error) => log.warn({ detail: String(error) }, 'Not recorded'));
  }
  return {
    status: () => started.status(),
    ended: decommission.promise,
    stop: async (cause) => {
      network?.stop();
      renewal?.stop();
      await started.stop(cause);
      const notGivenBack = cause === 'decommissioned' ? await giveBackGenerators(site, devices) : [];
      await postman?.stop(FAREWELL_MS);
      await uplink?.close();
      await Promise.all(devices.map((device) => device.close()));
      await Promise.all([...lines.values(), ...radios.values()].map((wire) => wire.close()));
      await local.server.close();
      const isFarewellSent = store.pendingCount('receipts') === 0;
      store.close();
      if (cause === 'decommissioned') {
        const { gatewayId, stateDirectory, identity } = settings;
        const keyFile = identity.keyFile ?? join(stateDirectory, 'identity.key');
        const at = new Date(clock.now().utcMs).toISOString();
        wipeState(stateDirectory, keyFile, {
          gatewayId,
          siteId: site.siteId,
          at,
          isFarewellSent,
          notGivenBack,
        });
      }
    },
  };
}

/** Climbs the ladder of the network where no gateway runs. */
export async function climbNetwork(settings: Settings): Promise<Ladder> {
  if (isLocked(settings.stateDirectory)) {
    const detail =
      `${settings.stateDirectory}: a gateway holds it, but does not answer on the socket of ${settings.runtimeDirectory}; ` +
      'name its folder with --runtime-directory, so that its session at the broker is left alone';
    throw refusal('portInUse', detail);
  }
  return await createLoneClimber(settings, createSystemClock()).climb();
}

export function createClock(speed: number): Clock {
  return createSystemClock({ speed });
}

export {
  createDeviceToRead,
  hashPin,
  keyIdOf,
  makeBackup,
  makeKey,
  openForReading,
  openSigner,
  openStoreReadOnly as openRecord,
  openVerifier,
  readOwnKey,
  replayJournal,
  restoreBackup,
  watchTopics,
  whatIf,
};

/** Loaded only for the desk: a gateway has no use for it. */
export function composeDesk(): Promise<DeskComposition> {
  return import('./composeDesk.ts');
}

/** Loaded only for a demonstration: a gateway carries no broker. */
export async function startDemoBroker(): Promise<DemoBroker> {
  const { startEmbeddedBroker } = await import('./adapters/broker/startEmbeddedBroker.ts');
  const log = createLog({ level: 'warn', fileDescriptor: 2 });
  const start = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log });
  if (!start.ok) throw refusal('portInUse', start.detail);
  return { url: `mqtt://127.0.0.1:${start.broker.port}`, close: () => start.broker.close() };
}

function isLocked(directory: string): boolean {
  try {
    return isDirectoryLocked(directory);
  } catch {
    return false;
  }
}
