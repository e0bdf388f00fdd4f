import type { Bus } from '../contract/bus.ts';
import type { Devices } from '../contract/devices.ts';
import type { Status } from '../contract/status.ts';

/** What the local socket shows of a gateway that runs. */
export interface LocalView {
  status(): Status;
  isCycling(): boolean;
  acknowledgeDistrust(): boolean;
  devices(): Devices;
  bus(): Bus;
}

interface LocalAnswer {
  readonly status: number;
  readonly body: object;
}

interface LocalRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly answer: () => LocalAnswer;
}

const STARTING: LocalAnswer = { status: 503, body: { error: 'the gateway is starting' } };

/** The doors of the local socket. Before the gateway stands, they say so. */
export function localRoutes(view: () => LocalView | undefined): readonly LocalRoute[] {
  const whenRunning = (answer: (running: LocalView) => object) => (): LocalAnswer => {
    const running = view();
    return running === undefined ? STARTING : { status: 200, body: answer(running) };
  };
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
      method: 'POST',
      path: '/acknowledge',
      answer: whenRunning((running) => ({ isAcknowledged: running.acknowledgeDistrust() })),
    },
  ];
}
