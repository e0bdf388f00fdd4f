import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashPin } from '../../../src/adapters/system/engineerPin.ts';
import { readJsoncFile } from '../../../src/config/readJsoncFile.ts';
import { parseSitePlan } from '../../../src/config/readSitePlan.ts';
import type { CurtailmentRequest, NoCurtailment } from '../../../src/contract/curtailment.ts';
import type { CurtailmentSchedule } from '../../../src/contract/curtailmentSchedule.ts';
import type { SitePlan } from '../../../src/domain/sitePlan.ts';
import { PROJECT_ROOT } from '../../architecture/ownSources.ts';
import type { Scenario } from '../scenarioSchema.ts';
import type { Curtail, Schedule } from '../stepSchema.ts';
import { STORY_RESTRICTION, STORY_SUPPLY } from './distributorDesk.ts';

/** Of whoever maintains the home of every story. */
export const ENGINEER_PIN = '70318264';
const ENGINEER_PIN_HASH = hashPin(ENGINEER_PIN);

/** Instant of the recording at which the home is built, before its warm-up. */
export function buildAtMs({ startAt, warmUpS }: Scenario): number {
  return Date.parse(startAt) - warmUpS * 1_000;
}

/** The site plan of the story as it stands in a file: that of the home, with what the story agrees otherwise. */
export function planFileOf({ home, plan }: Scenario): Readonly<Record<string, unknown>> {
  const example = join(PROJECT_ROOT, 'config', `site.${home}.jsonc`);
  const own = join(import.meta.dirname, '..', 'plans', `${home}.jsonc`);
  const read = readJsoncFile(existsSync(own) ? own : example);
  if (!read.ok) throw new Error(JSON.stringify(read.mistake));
  const file = read.value as {
    readonly circuits: readonly { readonly parentId?: string }[];
    readonly loads: readonly { readonly kind: string }[];
  };
  const { maximumImportLimitA, maximumExportLimitA, phaseSwitching, ...parts } = plan;
  const agreed = {
    ...(maximumImportLimitA === undefined ? {} : { maximumImportLimitA }),
    ...(maximumExportLimitA === undefined ? {} : { maximumExportLimitA }),
  };
  const circuits = file.circuits.map((circuit) =>
    circuit.parentId === undefined ? { ...circuit, ...agreed } : circuit,
  );
  const first = file.loads.find(({ kind }) => kind === 'chargePoint');
  const loads = file.loads.map((load) =>
    load === first && phaseSwitching !== undefined ? { ...load, phaseSwitching } : load,
  );
  const connected = { supply: STORY_SUPPLY, restriction: STORY_RESTRICTION };
  return { ...file, ...connected, circuits, loads, engineerPinHash: ENGINEER_PIN_HASH, ...parts };
}

/** The same, as it is read. Throws every mistake. */
export function planOf(scenario: Scenario): SitePlan {
  const read = parseSitePlan(planFileOf(scenario), 'plan');
  if (!read.ok) throw new Error(`the plan of the story does not fit: ${JSON.stringify(read.mistakes)}`);
  return read.plan;
}

/** For whom a control is and when it was issued is filled in when it is signed. */
export type Unsigned<Control> = Control extends object ? Omit<Control, 'gatewayId' | 'issuedAt'> : never;

/** What the back office sends; the ids are counted by the second, so that each is new. */
export function requestOf(step: Curtail): Unsigned<CurtailmentRequest> {
  const { atS, direction, basis, ceiling, seconds, randomisedBy } = step;
  return {
    schema: 'loadgate.curtailment/1',
    id: `story-${atS}`,
    direction,
    basis,
    ceiling,
    durationSeconds: seconds,
    ...(randomisedBy === undefined ? {} : { randomisedBy }),
    reason: 'a curtailment of the story',
  };
}

/** @param utcMs what the clock of the gateway shows when it is sent */
export function scheduleOf(step: Schedule, utcMs: number): Unsigned<CurtailmentSchedule> {
  const { atS, direction, basis, intervals } = step;
  return {
    schema: 'loadgate.curtailment-schedule/1',
    id: `story-${atS}`,
    direction,
    basis,
    intervals: intervals.map(({ fromS, seconds, ceiling }) => ({
      startsAt: new Date(utcMs + fromS * 1_000).toISOString(),
      durationSeconds: seconds,
      ceiling,
    })),
    reason: 'a schedule of the story',
  };
}

export function cancelOf(id: string): object {
  return { schema: 'loadgate.curtailment-cancel/1', id, reason: 'the story takes it back' };
}

export function noneOf(atS: number): Unsigned<NoCurtailment> {
  return { schema: 'loadgate.no-curtailment/1', id: `story-${atS}`, reason: 'the story wants none' };
}

/** @param utcMs what the clock of the gateway shows when it is sent */
export function heartbeatOf(sequence: number, utcMs: number): object {
  return { schema: 'loadgate.heartbeat/1', sentAt: new Date(utcMs).toISOString(), sequence };
}
