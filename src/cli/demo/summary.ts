import type { Status } from '../../contract/status.ts';
import type { Truth } from './simulatedHome.ts';

/** What a bounded run of the demonstration comes to; times in simulated seconds. */
export interface DemoSummary {
  readonly secondsSimulated: number;
  /** Seconds in which any phase was above its ceiling; of several phases the worst. */
  readonly secondsAboveImportCeiling: number;
  readonly secondsAboveExportCeiling: number;
  readonly longestExcursionSeconds: number;
  /** Of stretches in which the loads, all at their least, would have met the ceiling. */
  readonly longestAvoidableExcursionSeconds: number;
  readonly energyDeliveredWh: number;
  readonly commandsByCause: Readonly<Record<string, number>>;
  /** By the gateway: handed to the broker, and acknowledged by it. */
  readonly messagesSent: number;
  readonly messagesAcknowledged: number;
  /** By a subscriber at the same broker. */
  readonly messagesReceived: number;
}

export function summarise(truth: Truth, status: Status | undefined, messagesReceived: number): DemoSummary {
  const { import: imported, export: exported } = truth.ceilings;
  const all = [...imported.phases, ...exported.phases];
  return {
    secondsSimulated: rounded(truth.simulatedSeconds),
    secondsAboveImportCeiling: worst(imported.phases.map((phase) => phase.secondsAbove)),
    secondsAboveExportCeiling: worst(exported.phases.map((phase) => phase.secondsAbove)),
    longestExcursionSeconds: worst(all.map((phase) => phase.longestExcursionS)),
    longestAvoidableExcursionSeconds: worst(all.map((phase) => phase.longestAvoidableExcursionS)),
    energyDeliveredWh: rounded(truth.energyWh.cars),
    commandsByCause: status?.counters.commandsByCause ?? {},
    messagesSent: status?.counters.messagesSent ?? 0,
    messagesAcknowledged: status?.counters.messagesAcknowledged ?? 0,
    messagesReceived,
  };
}

function worst(values: readonly number[]): number {
  return rounded(Math.max(0, ...values));
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

export function describeSummary(summary: DemoSummary): string {
  const commands = Object.entries(summary.commandsByCause).map(([cause, count]) => `${cause} ${count}`);
  return [
    `${summary.secondsSimulated} s simulated; ${summary.energyDeliveredWh} Wh delivered to cars.`,
    `Above the import ceiling for ${summary.secondsAboveImportCeiling} s, above the export ceiling for ${summary.secondsAboveExportCeiling} s;`,
    `longest excursion ${summary.longestExcursionSeconds} s, longest avoidable one ${summary.longestAvoidableExcursionSeconds} s.`,
    `Commands by cause: ${commands.join(', ') || 'none'}.`,
    `Messages: ${summary.messagesSent} sent, ${summary.messagesAcknowledged} acknowledged, ${summary.messagesReceived} received.`,
  ].join('\n');
}

/** In what state the loads were left, by what is really so in the house. */
export function describePosture(truth: Truth): string {
  const chargePoints = Object.entries(truth.chargePoints).map(([deviceId, point]) => {
    const offer = point.pilotA === 0 ? 'paused' : `offers ${point.pilotA.toFixed(1)} A`;
    return `${deviceId} ${offer}${point.isFailSafe ? ' (its own fall-back)' : ''}`;
  });
  const { waterHeater, generator } = truth.switches;
  return `Loads left at: ${[...chargePoints, `immersion ${waterHeater}`, `solar ${generator}`].join(', ')}.`;
}
