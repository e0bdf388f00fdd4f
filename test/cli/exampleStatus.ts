import type { Status } from '../../src/contract/status.ts';

export const EXAMPLE_STATUS: Status = {
  schema: 'loadgate.status/1',
  siteId: 'single-phase-home',
  version: '0.1.0',
  at: '2026-01-05T17:30:00.000Z',
  runningMs: 3_725_000,
  clockLevel: 'synced',
  sentence: 'The cut-out of connection-point holds the import at 54.0 A; 53.2 A flow on L1.',
  posture: 'normal',
  circuits: [
    {
      circuitId: 'connection-point',
      phases: [
        { phase: 'L1', flowA: 53.21, importCeilingA: 54, exportCeilingA: 16 },
        { phase: 'L2', flowA: -3.04 },
        { phase: 'L3' },
      ],
    },
  ],
  loads: [
    {
      loadId: 'charge-point',
      kind: 'chargePoint',
      commanded: 21.5,
      inForce: 21.5,
      measuredA: 21.2,
      reason: { kind: 'limit', source: 'protection' },
      sentence: 'Narrowed to 21.5 A by the cut-out.',
    },
    {
      loadId: 'immersion',
      kind: 'switchedLoad',
      commanded: 'open',
      sentence: 'Off: the car is served first.',
    },
    { loadId: 'second', kind: 'chargePoint', commanded: 0, inForce: 0, sentence: 'Paused.' },
  ],
  limits: [],
  schemes: [],
  restrictions: [],
  consent: [{ purpose: 'dnoRestriction', state: 'never' }],
  identity: {
    keyId: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  },
  trust: { version: 0 },
  owner: { hours: [], hoursAre: 'none', boosts: [], readyBy: [] },
  faults: [
    {
      code: 'meter-stale',
      subject: 'grid',
      sinceMs: 3_720_000,
      title: 'The meter has not given a fresh reading in time',
      nextStep: 'Check the meter supply',
    },
  ],
  devices: [
    { deviceId: 'grid-meter', isAnswering: false, lastReadMs: 3_715_000 },
    { deviceId: 'relay', isAnswering: false },
    { deviceId: 'charge-point', isAnswering: true, lastReadMs: 3_724_000 },
  ],
  sync: { isConnected: false, outboxDepth: 12 },
  record: { condition: 'restored', lastCommitMs: 3_715_000 },
  cycle: { count: 3725, lastMs: 4.2, worstMs: 31.7 },
  counters: { commandsByCause: { protection: 7 }, messagesSent: 40, messagesAcknowledged: 38 },
};
