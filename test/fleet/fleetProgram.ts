// A process of the fleet: it is told over its channel which gateways are its own, and ends with that channel.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import type { FleetCounts, FleetShare, FromShare, ToShare } from './fleetMessages.ts';
import { planGateway } from './fleetPlan.ts';
import { LightGateway } from './lightGateway.ts';

const MB = 1_000_000;

const gateways = new Map<string, LightGateway>();

process.on('message', (message: ToShare) => {
  switch (message.kind) {
    case 'share':
      return start(message);
    case 'count':
      return say({ kind: 'count', ask: message.ask, counts: count() });
    case 'truth': {
      const { ask, fromMs, untilMs, gatewayIds = [...gateways.keys()] } = message;
      const powerW = gatewayIds.reduce(
        (sumW, id) => sumW + (gateways.get(id)?.trueMeanW(fromMs, untilMs) ?? 0),
        0,
      );
      return say({ kind: 'truth', ask, powerW });
    }
    case 'stop':
      return void stop();
  }
});
process.on('disconnect', () => process.exit(0));

function start({
  options,
  from,
  until,
  url,
  certificateFolder,
  rootKeys,
  bundle,
  spreadMs,
}: FleetShare): void {
  const verify = createSignatureReader();
  for (let index = from; index < until; index += 1) {
    const plan = planGateway(options, index);
    const credentials =
      certificateFolder === undefined ? {} : credentialsOf(certificateFolder, plan.gatewayId);
    const trust = { rootKeys, bundle };
    const gateway = new LightGateway({ plan, fleet: options, url, trust, verify, spreadMs, ...credentials });
    gateways.set(plan.gatewayId, gateway);
    gateway.start();
  }
}

function credentialsOf(folder: string, gatewayId: string) {
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const credentials = {
    ca: read('authority.crt'),
    cert: read(`${gatewayId}.crt`),
    key: read(`${gatewayId}.key`),
  };
  return { credentials };
}

function count(): FleetCounts {
  let connected = 0;
  let receipts = 0;
  let waiting = 0;
  let inForce = 0;
  for (const gateway of gateways.values()) {
    const counts = gateway.counts();
    if (counts.isConnected) connected += 1;
    if (counts.inForce > 0) inForce += 1;
    receipts += counts.receipts;
    waiting += counts.waiting;
  }
  const { user, system } = process.cpuUsage();
  return {
    gateways: gateways.size,
    connected,
    receipts,
    waiting,
    inForce,
    residentMb: process.memoryUsage.rss() / MB,
    processorMs: (user + system) / 1_000,
  };
}

async function stop(): Promise<void> {
  await Promise.all([...gateways.values()].map((gateway) => gateway.stop()));
  process.exit(0);
}

function say(message: FromShare): void {
  process.send?.(message);
}
