import { join } from 'node:path';
import { distributorOf } from '../../../src/domain/mpan.ts';
import type { DeskClient } from '../deskClient.ts';
import { makeKeysFor, writeTrust } from '../keys.ts';
import { DeskProcess } from './deskProcess.ts';
import type { HomeUnderTest } from './homeUnderTest.ts';
import type { Mosquitto } from './mosquitto.ts';
import type { TestBed } from './testBed.ts';

const SPEED = 40;

/** A home, the desk that it is registered at, and the broker between them. */
export interface HomeAndDesk {
  readonly home: HomeUnderTest;
  readonly desk: DeskProcess;
  readonly broker: Mosquitto;
  /** The state directory of the desk. */
  readonly state: string;
  /** To a desk that knows nothing yet. @param rolf a registrar */
  register(rolf: DeskClient): Promise<void>;
}

/**
 * A broker that forgets nothing, a home with its gateway, and a desk with a key of its own; its people are rolf, a registrar,
 * and erin, an engineer. Clocks run from the start of each process: the desk's is ahead of the gateway's.
 */
export async function openHomeAndDesk(bed: TestBed, name: string): Promise<HomeAndDesk> {
  const broker = await bed.openBroker();
  const home = await bed.openHome({ name, speed: SPEED, brokerUrl: broker.url });
  const keys = makeKeysFor(home.plan);
  home.writeSettings(writeTrust(home.folder, keys));
  const folder = bed.makeFolder('desk');
  const distributor = home.plan.supply === undefined ? '12' : distributorOf(home.plan.supply.mpan);
  const options = { folder, brokerUrl: broker.url, distributor, keys, speed: SPEED, hasOwnKey: true };
  const desk = await DeskProcess.start(options, { rolf: ['registrar'], erin: ['engineer'] });
  bed.onClose(() => desk.end());
  const register = async (rolf: DeskClient): Promise<void> => {
    const gateways = [{ gatewayId: name, distributor, feeder: 'feeder-1' }];
    const { refusal } = await rolf.post('/api/gateways/import', { gateways });
    if (refusal !== undefined) throw new Error(refusal.sentence);
  };
  await register(await desk.logIn('rolf'));
  await home.gateway.start();
  return { home, desk, broker, state: join(folder, 'state'), register };
}
