import { join } from 'node:path';
import { serveLocal } from './adapters/http/serveLocal.ts';
import { createProfileDevice } from './adapters/modbus/profileDevice.ts';
import { openRtuLine } from './adapters/modbus/rtuLine.ts';
import { openTcpLine } from './adapters/modbus/tcpLine.ts';
import { connectBus, type MqttBus } from './adapters/mqtt/connectBus.ts';
import { watchTopics } from './adapters/mqtt/watchTopics.ts';
import { createLog } from './adapters/pino/pinoLog.ts';
import { isDirectoryLocked } from './adapters/sqlite/directoryLock.ts';
import { openStore } from './adapters/sqlite/openStore.ts';
import { openStoreReadOnly } from './adapters/sqlite/openStoreReadOnly.ts';
import { createSystemClock } from './adapters/system/systemClock.ts';
import { createSystemEntropy } from './adapters/system/systemEntropy.ts';
import { createSupervisor } from './adapters/systemd/systemdSupervisor.ts';
import type { DemoBroker, RunningGateway, StartRefusal } from './cli/context.ts';
import type { ExitName } from './cli/exitCodes.ts';
import type { Settings } from './config/settings.ts';
import { encodeOffline } from './contract/envelope.ts';
import { topicOf } from './contract/topics.ts';
import type { SitePlan } from './domain/sitePlan.ts';
import { Gateway } from './gateway/gateway.ts';
import { replayJournal } from './gateway/replay.ts';
import type { Clock } from './ports/clock.ts';
import type { Device } from './ports/device.ts';
import type { Entropy } from './ports/entropy.ts';
import type { Log } from './ports/log.ts';
import type { ModbusLine } from './ports/modbusLine.ts';
import type { Store } from './ports/store.ts';
import type { Profile } from './profiles/profile.ts';
import { backoffMs, RECONNECT_SCHEDULE } from './sync/backoff.ts';
import { Inbox } from './sync/inbox.ts';
import { Postman } from './sync/outbox.ts';
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
  let gateway: Gateway | undefined;
  const local = await serveLocal({
    socketPath: join(settings.runtimeDirectory, 'loadgate.sock'),
    routes: localRoutes(() => gateway),
  });
  if (!local.ok) throw refusal(local.cause === 'inUse' ? 'portInUse' : 'wrongConfiguration', local.detail);
  const store = openStore({ directory: settings.stateDirectory, log });
  if (store.condition.kind === 'unavailable' && isLocked(settings.stateDirectory)) {
    await local.server.close();
    throw refusal('portInUse', store.condition.detail);
  }
  const restored = store.condition.kind === 'restored' ? store.condition.state : undefined;
  const clock = createSystemClock({
    speed: settings.simulation.speed,
    ...(restored === undefined ? {} : { initialRunningMs: restored.runningMs, lastUtcMs: restored.utcMs }),
  });
  const entropy = createSystemEntropy();
  const lines = openLines(site, clock, log);
  const devices = createDevices(site, profiles, lines, clock, log);
  const uplink = connectUplink(settings, clock, entropy, log);
  let postman: Postman | undefined;
  const started = new Gateway({
    site,
    devices,
    store,
    clock,
    entropy,
    log,
    supervisor: createSupervisor({ clock, log }),
    version: readVersion(),
    cycleIntervalMs: settings.cycle.intervalMs,
    segmentMs: settings.journal.segmentMs,
    telemetryIntervalMs: settings.telemetry.intervalMs,
    keepJournalDays: settings.journal.keepDays,
    onRecorded: () => postman?.nudge(),
    syncStatus: () => ({
      isConnected: uplink?.isConnected() ?? false,
      sent: postman?.statistics().sent ?? 0,
      acknowledged: postman?.statistics().acknowledged ?? 0,
    }),
  });
  gateway = started;
  uplink?.onConnection((isConnected) => {
    if (isConnected) started.greet();
  });
  if (uplink !== undefined)
    postman = startSync({ settings, site, gateway: started, bus: uplink, store, clock, entropy, log });
  started.start();
  return {
    status: () => started.status(),
    stop: async (cause) => {
      await started.stop(cause);
      await postman?.stop(FAREWELL_MS);
      await uplink?.close();
      await Promise.all(devices.map((device) => device.close()));
      await Promise.all([...lines.values()].map((line) => line.close()));
      await local.server.close();
      store.close();
    },
  };
}

export function createClock(speed: number): Clock {
  return createSystemClock({ speed });
}

export { openStoreReadOnly as openRecord, replayJournal, watchTopics };

/** Loaded only for a demonstration: a gateway carries no broker. */
export async function startDemoBroker(): Promise<DemoBroker> {
  const { startEmbeddedBroker } = await import('./adapters/broker/startEmbeddedBroker.ts');
  const log = createLog({ level: 'warn', fileDescriptor: 2 });
  const start = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, log });
  if (!start.ok) throw refusal('portInUse', start.detail);
  return { url: `mqtt://127.0.0.1:${start.broker.port}`, close: () => start.broker.close() };
}

function localRoutes(gateway: () => Gateway | undefined) {
  const starting = { status: 503, body: { error: 'the gateway is starting' } };
  return [
    {
      method: 'GET' as const,
      path: '/status',
      answer: () => {
        const running = gateway();
        return running === undefined ? starting : { status: 200, body: running.status() };
      },
    },
    {
      method: 'GET' as const,
      path: '/healthz',
      answer: () => {
        const isHealthy = gateway()?.isCycling() ?? false;
        return { status: isHealthy ? 200 : 503, body: { isHealthy } };
      },
    },
    {
      method: 'POST' as const,
      path: '/acknowledge',
      answer: () => {
        const running = gateway();
        if (running === undefined) return starting;
        return { status: 200, body: { isAcknowledged: running.acknowledgeDistrust() } };
      },
    },
  ];
}

/** One line per serial port and one per network device, by the id that the devices find them under. */
function openLines(site: SitePlan, clock: Clock, log: Log): Map<string, ModbusLine> {
  const lines = new Map<string, ModbusLine>();
  for (const { lineId, ...plan } of site.lines) {
    lines.set(lineId, openRtuLine({ ...plan, clock, log: log.child({ lineId }) }));
  }
  for (const { deviceId, connection } of site.devices) {
    if (connection.kind !== 'tcp') continue;
    const { host, port } = connection;
    lines.set(
      tcpLineId(host, port),
      lines.get(tcpLineId(host, port)) ?? openTcpLine({ host, port, clock, log: log.child({ deviceId }) }),
    );
  }
  return lines;
}

function tcpLineId(host: string, port: number): string {
  return `${host}:${port}`;
}

function createDevices(
  site: SitePlan,
  profiles: ReadonlyMap<string, Profile>,
  lines: ReadonlyMap<string, ModbusLine>,
  clock: Clock,
  log: Log,
): Device[] {
  return site.devices.map(({ deviceId, profile: profileId, connection, unit }) => {
    const profile = profiles.get(profileId);
    const line = lines.get(
      connection.kind === 'tcp' ? tcpLineId(connection.host, connection.port) : connection.lineId,
    );
    if (profile === undefined || line === undefined) {
      throw refusal(
        'wrongConfiguration',
        `device ${deviceId}: its profile or line is missing; run \`loadgate check\``,
      );
    }
    const load = site.loads.find((plan) => plan.kind === 'chargePoint' && plan.deviceId === deviceId);
    return createProfileDevice({
      deviceId,
      profile,
      unit,
      line,
      clock,
      log: log.child({ deviceId }),
      ...(load?.kind === 'chargePoint'
        ? { fallback: { currentA: load.fallbackCurrentA, timeoutMs: load.fallbackTimeoutMs } }
        : {}),
    });
  });
}

function connectUplink(settings: Settings, clock: Clock, entropy: Entropy, log: Log): MqttBus | undefined {
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

function startSync({ settings, site, gateway, bus, store, clock, entropy, log }: SyncParts): Postman {
  const { gatewayId, acceptUnsignedCurtailment } = settings;
  new Inbox({
    gatewayId,
    bus,
    clock,
    log,
    circuits: site.circuits,
    acceptUnsignedCurtailment,
    knownIds: gateway.knownCurtailmentIds(),
    onCurtailment: (limit, id) => gateway.acceptCurtailment(limit, id),
    onCancel: (id) => gateway.cancelCurtailment(id),
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

function isLocked(directory: string): boolean {
  try {
    return isDirectoryLocked(directory);
  } catch {
    return false;
  }
}

function refusal(exit: ExitName, message: string): StartRefusal {
  return Object.assign(new Error(message), { exit });
}
