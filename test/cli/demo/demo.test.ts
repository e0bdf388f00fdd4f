import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ceilingsOf, connectSite } from '../../../src/cli/demo/demoSite.ts';
import { HomeView, renderLine, renderTable } from '../../../src/cli/demo/homeView.ts';
import type { Endpoints } from '../../../src/cli/demo/simulatedHome.ts';
import { describePosture, describeSummary, summarise } from '../../../src/cli/demo/summary.ts';
import { parseSitePlan, readSitePlan } from '../../../src/config/readSitePlan.ts';
import { EXAMPLE_STATUS } from '../exampleStatus.ts';
import { EXAMPLE_TRUTH } from './exampleTruth.ts';

const read = readSitePlan(join(import.meta.dirname, '../../../config/site.single-phase.jsonc'));
if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
const { plan } = read;

const serial = { kind: 'serial', path: '/dev/pts/7', baudRate: 19_200, parity: 'even', stopBits: 1 } as const;
const ENDPOINTS: Endpoints = {
  'grid-meter': { ...serial, unit: 11 },
  'immersion-meter': { ...serial, unit: 12 },
  relay: { ...serial, unit: 13 },
  'charge-point': { kind: 'tcp', host: '127.0.0.1', port: 45_043, unit: 255 },
};

const moment = {
  truth: EXAMPLE_TRUTH,
  status: EXAMPLE_STATUS,
  ceilings: { importCeilingA: 54, exportCeilingA: 16 },
  messagesReceived: 3,
};

describe('the site plan of the demonstration', () => {
  it('has the addresses of the simulated devices, and is a plan that passes for one', () => {
    const connected = connectSite(plan, ENDPOINTS);
    expect(connected.lines).toEqual([
      { lineId: 'house', path: '/dev/pts/7', baudRate: 19_200, parity: 'even', stopBits: 1 },
    ]);
    expect(connected.devices.map((device) => device.unit)).toEqual([11, 12, 13, 255]);
    expect(connected.devices[3]?.connection).toEqual({ kind: 'tcp', host: '127.0.0.1', port: 45_043 });
    expect(parseSitePlan(JSON.parse(JSON.stringify(connected)), 'site').ok).toBe(true);
  });

  it('says which device the simulated home lacks', () => {
    expect(() => connectSite(plan, {})).toThrow('no device grid-meter');
  });

  it('gives the ceilings that the house is judged by, the narrower of rating and agreement', () => {
    expect(ceilingsOf(plan)).toEqual({ importCeilingA: 54, exportCeilingA: 16 });
    const agreed = plan.circuits.map((circuit) => ({ ...circuit, maximumImportLimitA: 20 }));
    expect(ceilingsOf({ ...plan, circuits: agreed }).importCeilingA).toBe(20);
  });
});

describe('the live view', () => {
  it('shows grid, charge points, switches, the binding limit and the outbox', () => {
    expect(renderTable(moment)).toEqual([
      '2006-12-23 17:26:28 UTC of the recording',
      'grid L1       import 47.4 A  of 54.0 A   [##################..]',
      'grid L2       export 8.0 A   of 16.0 A   [##########..........]',
      'charge-point  draws 31.9 A   may 32.0 A  car 45 %',
      'second        draws 0.0 A    may paused  car 80 %',
      'immersion     open',
      'solar         closed',
      `limit      ${EXAMPLE_STATUS.sentence}`,
      'outbox     12 messages wait, broker not connected, 3 received at the broker',
    ]);
  });

  it('marks a flow above its ceiling', () => {
    const [, above] = renderTable({ ...moment, ceilings: { importCeilingA: 40 } });
    expect(above).toContain('! above');
  });

  it('is one line where nothing can be redrawn', () => {
    expect(renderLine({ ...moment, status: undefined })).toBe(
      '17:26:28 | L1 import 47.4 A, L2 export 8.0 A (at most 54.0 A) | charge-point 31.9 A, second 0.0 A | ' +
        'immersion open, solar closed | the gateway has not answered yet | outbox: unknown',
    );
  });

  it('draws the table over the one before, no line wider than the terminal', () => {
    const written: string[] = [];
    const view = new HomeView({ write: (text) => written.push(text), isTerminal: true, columns: 40 }, true);
    view.show(moment);
    view.show(moment);
    expect(written[1]?.startsWith('\x1b[9A\x1b[J')).toBe(true);
    for (const line of (written[0] ?? '').replace('\x1b[J', '').split('\n')) {
      expect(line.length).toBeLessThan(40);
    }
  });

  it('writes a line for every fifth moment elsewhere', () => {
    const written: string[] = [];
    const view = new HomeView({ write: (text) => written.push(text), isTerminal: false, columns: 80 }, false);
    for (let second = 0; second < 11; second++) view.show(moment);
    expect(written).toHaveLength(3);
  });
});

describe('the summary', () => {
  it('takes the worst phase, and the worst direction for excursions', () => {
    expect(summarise(EXAMPLE_TRUTH, EXAMPLE_STATUS, 39)).toEqual({
      secondsSimulated: 28,
      secondsAboveImportCeiling: 7,
      secondsAboveExportCeiling: 1,
      longestExcursionSeconds: 5,
      longestAvoidableExcursionSeconds: 5,
      energyDeliveredWh: 46.9,
      commandsByCause: { protection: 7 },
      messagesSent: 40,
      messagesAcknowledged: 38,
      messagesReceived: 39,
    });
  });

  it('is five lines for a person', () => {
    const text = describeSummary(summarise(EXAMPLE_TRUTH, EXAMPLE_STATUS, 39));
    expect(text.split('\n')).toHaveLength(5);
    expect(text).toContain('Commands by cause: protection 7.');
  });

  it('states the posture that the loads were left in', () => {
    expect(describePosture(EXAMPLE_TRUTH)).toBe(
      'Loads left at: charge-point offers 32.0 A, second paused (its own fall-back), immersion open, solar closed.',
    );
  });
});
