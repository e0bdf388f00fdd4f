import type { Status } from '../../contract/status.ts';
import type { Output } from '../context.ts';
import { flow, setpoint } from '../renderStatus.ts';
import { alignColumns, amps } from '../table.ts';
import type { Ceilings } from './demoSite.ts';
import type { Truth } from './simulatedHome.ts';

/** What is shown of the home at one moment. The status is absent while the gateway is not there. */
export interface HomeMoment {
  readonly truth: Truth;
  readonly status: Status | undefined;
  readonly ceilings: Ceilings;
  readonly messagesReceived: number;
}

/** Where no terminal redraws, one line in this time. */
const LINE_EVERY_S = 5;

/** Shows moments: a table redrawn in place on a terminal, elsewhere a line now and then. */
export class HomeView {
  readonly #output: Output;
  readonly #isTable: boolean;
  #drawnLines = 0;
  #moments = 0;

  constructor(output: Output, isTable: boolean) {
    this.#output = output;
    this.#isTable = isTable;
  }

  /** To be called about once a second. */
  show(moment: HomeMoment): void {
    if (!this.#isTable) {
      if (this.#moments++ % LINE_EVERY_S === 0) this.#output.write(`${renderLine(moment)}\n`);
      return;
    }
    // A line wider than the terminal would wrap and spoil the count of lines to go back.
    const lines = renderTable(moment).map((line) => line.slice(0, this.#output.columns - 1));
    const back = this.#drawnLines === 0 ? '' : `\x1b[${this.#drawnLines}A`;
    this.#output.write(`${back}\x1b[J${lines.join('\n')}\n`);
    this.#drawnLines = lines.length;
  }
}

export function renderTable(moment: HomeMoment): readonly string[] {
  const { truth, status, ceilings, messagesReceived } = moment;
  const grid = truth.phases.map((phase, index) => {
    const flowA = signedA(phase);
    const ceilingA = flowA < 0 ? ceilings.exportCeilingA : ceilings.importCeilingA;
    const ceiling = ceilingA === undefined ? 'no ceiling' : `of ${amps(ceilingA)}`;
    return [`grid L${index + 1}`, flow(flowA), ceiling, ceilingA === undefined ? '' : bar(flowA, ceilingA)];
  });
  const chargePoints = Object.entries(truth.chargePoints).map(([deviceId, point]) => [
    deviceId,
    `draws ${amps(point.carA)}`,
    `may ${setpoint(point.pilotA)}`,
    `car ${point.socPercent.toFixed(0)} %`,
  ]);
  const switches = [
    ['immersion', truth.switches.waterHeater, '', ''],
    ['solar', truth.switches.generator, '', ''],
  ];
  return [
    `${truth.at.slice(0, 19).replace('T', ' ')} UTC of the recording`,
    ...alignColumns([...grid, ...chargePoints, ...switches]),
    `limit      ${bindingSentence(status)}`,
    `outbox     ${outboxOf(status)}, ${messagesReceived} received at the broker`,
  ];
}

export function renderLine({ truth, status, ceilings }: HomeMoment): string {
  const grid = truth.phases.map((phase, index) => `L${index + 1} ${flow(signedA(phase))}`);
  const cars = Object.entries(truth.chargePoints).map(
    ([deviceId, point]) => `${deviceId} ${amps(point.carA)}`,
  );
  return [
    truth.at.slice(11, 19),
    `${grid.join(', ')} (at most ${amps(ceilings.importCeilingA)})`,
    cars.join(', '),
    `immersion ${truth.switches.waterHeater}, solar ${truth.switches.generator}`,
    bindingSentence(status),
    `outbox: ${outboxOf(status)}`,
  ].join(' | ');
}

function signedA({ cutOutA, cutOutW }: Truth['phases'][number]): number {
  return cutOutW < 0 ? -cutOutA : cutOutA;
}

const BAR_WIDTH = 20;

/** Filled up to the ceiling; beyond it, an exclamation mark. */
function bar(flowA: number, ceilingA: number): string {
  const share = ceilingA === 0 ? (flowA === 0 ? 0 : 2) : Math.abs(flowA) / ceilingA;
  const filled = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]${share > 1 ? ' ! above' : ''}`;
}

function bindingSentence(status: Status | undefined): string {
  return status?.sentence ?? 'the gateway has not answered yet';
}

function outboxOf(status: Status | undefined): string {
  if (status === undefined) return 'unknown';
  const { isConnected, outboxDepth } = status.sync;
  return `${outboxDepth} messages wait, broker ${isConnected ? 'connected' : 'not connected'}`;
}
