import { join } from 'node:path';
import { serveLocal } from './adapters/http/serveLocal.ts';
import { watchTopics } from './adapters/mqtt/watchTopics.ts';
import { createLog } from './adapters/pino/pinoLog.ts';
import { isDirectoryLocked } from './adapters/sqlite/directoryLock.ts';
import { openStore } from './adapters/sqlite/openStore.ts';
import { openStoreReadOnly } from './adapters/sqlite/openStoreReadOnly.ts';
import { hashPin } from './adapters/system/engineerPin.ts';
import { createSystemClock } from './adapters/system/systemClock.ts';
import { createSystemEntropy } from './adapters/system/systemEntropy.ts';
import { createSupervisor } from './adapters/systemd/systemdSupervisor.ts';
import type { DemoBroker, RunningGateway } from './cli/context.ts';
import { createDevices, openRadios } from './compose/devices.ts';
import { openLines } from './compose/lines.ts';
import { createDeviceToRead, openForReading } from './compose/reading.ts';
import { refusal } from './compose/refusal.ts';
import { connectUplink, startSync } from './compose/uplink.ts';
import { viewOf } from './compose/view.ts';
import type { Settings } from './config/settings.ts';
import { modelsOf } from './discovery/modelFacts.ts';
import type { SitePlan } from './domain/sitePlan.ts';
import { Gateway } from './gateway/gateway.ts';
import { type LocalView, localRoutes } from './gateway/localRoutes.ts';
import { replayJournal } from './gateway/replay.ts';
import { whatIf } from './gateway/whatIf.ts';
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
  const restored = store.condition.kind === 'restored' ? store.condition.state : undefined;
  const clock = createSystemClock({
    speed: settings.simulation.speed,
    ...(restored === undefined ? {} : { initialRunningMs: restored.runningMs, lastUtcMs: restored.utcMs }),
  });
  const entropy = createSystemEntropy();
  const lines = openLines(site, profiles, clock, log);
  const radios = openRadios(site, clock, entropy, log);
  const devices = createDevices({ site, profiles, lines, radios, clock, entropy, log });
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
  view = viewOf({ gateway: started, site, devices, lines, radios, models: modelsOf(profiles), clock });
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
      await Promise.all([...lines.values(), ...radios.values()].map((wire) => wire.close()));
      await local.server.close();
      store.close();
    },
  };
}

export function createClock(speed: number): Clock {
  return createSystemClock({ speed });
}

export {
  createDeviceToRead,
  hashPin,
  openForReading,
  openStoreReadOnly as openRecord,
  replayJournal,
  watchTopics,
  whatIf,
};

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
