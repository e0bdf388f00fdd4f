import type { Bus } from '../contract/bus.ts';
import type { Devices } from '../contract/devices.ts';
import type { Network } from '../contract/network.ts';
import type { Choice } from '../contract/owner.ts';
import type { Status } from '../contract/status.ts';
import type { CertificateDoors } from './certificateDoors.ts';
import type { ConsentDoors } from './consentDoors.ts';
import type { DataDoors } from './dataDoors.ts';
import type { OwnerDoors } from './ownerDoors.ts';

/** What the local socket shows of a gateway that runs. */
export interface LocalView {
  status(): Status;
  isCycling(): boolean;
  acknowledgeDistrust(): boolean;
  devices(): Devices;
  bus(): Bus;
  /** Climbs the ladder of the network, which takes up to 20 s. Nothing while it cannot be asked yet. */
  network(): Promise<Network | undefined>;
  readonly certificate: CertificateDoors;
  readonly owner: OwnerDoors;
  readonly consent: ConsentDoors;
  readonly data: DataDoors;
  /** Lets load-control switches join the network of a radio for so long. */
  permitJoin(radioId: string, seconds: number): Promise<Choice>;
}

interface LocalAnswer {
  readonly status: number;
  readonly body: object;
}

interface LocalRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly answer: (query: URLSearchParams) => LocalAnswer | Promise<LocalAnswer>;
}

const STARTING: LocalAnswer = { status: 503, body: { error: 'the gateway is starting' } };

/** The doors of the local socket. Before the gateway stands, they say so. */
export function localRoutes(view: () => LocalView | undefined): readonly LocalRoute[] {
  const whenRunning =
    (answer: (running: LocalView, query: URLSearchParams) => object) =>
    (query: URLSearchParams): LocalAnswer => {
      const running = view();
      return running === undefined ? STARTING : { status: 200, body: answer(running, query) };
    };
  const asked = (query: URLSearchParams, name: string): string => query.get(name) ?? '';
  const askedNumber = (query: URLSearchParams, name: string): number => Number(query.get(name) ?? Number.NaN);
  return [
    { method: 'GET', path: '/status', answer: whenRunning((running) => running.status()) },
    {
      method: 'GET',
      path: '/healthz',
      answer: () => {
        const isHealthy = view()?.isCycling() ?? false;
        return { status: isHealthy ? 200 : 503, body: { isHealthy } };
      },
    },
    { method: 'GET', path: '/devices', answer: whenRunning((running) => running.devices()) },
    { method: 'GET', path: '/bus', answer: whenRunning((running) => running.bus()) },
    {
      method: 'GET',
      path: '/network',
      answer: async () => {
        const body = await view()?.network();
        return body === undefined ? STARTING : { status: 200, body };
      },
    },
    { method: 'GET', path: '/certificate', answer: whenRunning(({ certificate }) => certificate.report()) },
    {
      method: 'POST',
      path: '/certificate/renew',
      answer: async () => {
        const running = view();
        return running === undefined ? STARTING : { status: 200, body: await running.certificate.renew() };
      },
    },
    {
      method: 'POST',
      path: '/permit-join',
      answer: async (query) => {
        const running = view();
        if (running === undefined) return STARTING;
        const choice = await running.permitJoin(asked(query, 'radio'), askedNumber(query, 'seconds'));
        return { status: 200, body: choice };
      },
    },
    {
      method: 'POST',
      path: '/boost',
      answer: whenRunning(({ owner }, query) =>
        owner.boost(asked(query, 'load'), askedNumber(query, 'minutes')),
      ),
    },
    {
      method: 'POST',
      path: '/ready-by',
      answer: whenRunning(({ owner }, query) =>
        owner.readyBy(asked(query, 'load'), askedNumber(query, 'departure'), askedNumber(query, 'energyWh')),
      ),
    },
    {
      method: 'POST',
      path: '/hours',
      answer: whenRunning(({ owner }, query) => owner.chooseHours(asked(query, 'hours'))),
    },
    {
      method: 'POST',
      path: '/reset-lockout',
      answer: whenRunning(({ owner }, query) =>
        owner.resetLockOut(
          asked(query, 'by') === 'engineer' ? 'engineer' : 'householder',
          asked(query, 'pin'),
        ),
      ),
    },
    { method: 'GET', path: '/consent', answer: whenRunning(({ consent }) => consent.report()) },
    {
      method: 'POST',
      path: '/consent',
      answer: whenRunning(({ consent }, query) =>
        consent.choose({
          purpose: asked(query, 'purpose'),
          action: asked(query, 'action'),
          textVersion: asked(query, 'text'),
          person: asked(query, 'person'),
          how: asked(query, 'how'),
          evidence: asked(query, 'evidence'),
          until: asked(query, 'until'),
        }),
      ),
    },
    { method: 'POST', path: '/erase', answer: whenRunning(({ data }) => data.erase()) },
    {
      method: 'GET',
      path: '/erase',
      answer: whenRunning(({ data }) => ({ isErasing: data.isErasing() })),
    },
    {
      method: 'POST',
      path: '/decommission',
      answer: whenRunning(({ data }, query) => data.decommission(asked(query, 'site'))),
    },
    {
      method: 'POST',
      path: '/acknowledge',
      answer: whenRunning((running) => ({ isAcknowledged: running.acknowledgeDistrust() })),
    },
  ];
}
