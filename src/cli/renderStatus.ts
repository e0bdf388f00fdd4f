import type { Status } from '../contract/status.ts';
import { alignColumns, amps, duration } from './table.ts';

/** The whole status on one screen: what binds, flows, loads, faults with the next step, broker, record. */
export function renderStatus(status: Status): string {
  const posture = status.posture === 'safe' ? 'SAFE POSTURE' : 'normal';
  const parts = [
    `${status.siteId}  ${status.at}  running ${duration(status.runningMs)}  clock ${status.clockLevel}  ${posture}`,
    status.sentence,
    section('Restrictions by the distributor', restrictionRows(status)),
    section('Flows', flowRows(status)),
    section('Loads', loadRows(status)),
    section('Faults', faultRows(status)),
    section('Silent devices', silentRows(status)),
    footer(status),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  return [title, ...alignColumns(rows).map((line) => `  ${line}`)].join('\n');
}

function restrictionRows({ restrictions }: Status): readonly (readonly string[])[] {
  return restrictions.flatMap(({ noticeId, sentence, objection }) => [
    [noticeId, sentence],
    ['', objection === '' ? '' : `-> to object: ${objection}`],
  ]);
}

function flowRows({ circuits }: Status): readonly (readonly string[])[] {
  return circuits.flatMap(({ circuitId, phases }) =>
    phases.map(({ phase, flowA, importCeilingA, exportCeilingA }) => [
      circuitId,
      phase,
      flowA === undefined ? 'unknown' : flow(flowA),
      importCeilingA === undefined ? '' : `import at most ${amps(importCeilingA)}`,
      exportCeilingA === undefined ? '' : `export at most ${amps(exportCeilingA)}`,
    ]),
  );
}

/** Import and export by word, so that nobody has to know the sign. */
export function flow(flowA: number): string {
  return flowA < 0 ? `export ${amps(-flowA)}` : `import ${amps(flowA)}`;
}

function loadRows({ loads }: Status): readonly (readonly string[])[] {
  return loads.map(({ loadId, commanded, inForce, measuredA, sentence }) => [
    loadId,
    `told ${setpoint(commanded)}`,
    `in force ${setpoint(inForce)}`,
    measuredA === undefined ? '' : `draws ${amps(measuredA)}`,
    sentence,
  ]);
}

export function setpoint(value: number | string | undefined): string {
  if (value === undefined) return 'unknown';
  return typeof value === 'number' ? (value === 0 ? 'paused' : amps(value)) : value;
}

function faultRows({ faults, runningMs }: Status): readonly (readonly string[])[] {
  return faults.flatMap(({ code, subject, sinceMs, title, nextStep }) => [
    [code, subject, `for ${duration(runningMs - sinceMs)}`, title],
    ['', '', '', `-> ${nextStep}`],
  ]);
}

function silentRows({ devices, runningMs }: Status): readonly (readonly string[])[] {
  return devices
    .filter((device) => !device.isAnswering)
    .map(({ deviceId, lastReadMs }) => [
      deviceId,
      lastReadMs === undefined
        ? 'has not answered yet'
        : `last answer ${duration(runningMs - lastReadMs)} ago`,
    ]);
}

/** Said when it matters: while the outbox is emptied as it fills, the figure means nothing to anybody. */
function roomLeft({ isConnected, room }: Status['sync']): string {
  if (isConnected || room?.hoursLeft === undefined) return '';
  return room.hoursLeft === 0
    ? '; it is full, and the finest telemetry gives way'
    : `; room for ${room.hoursLeft} more hours`;
}

function footer({ sync, record, cycle, runningMs, network }: Status): string {
  const broker = sync.isConnected ? 'connected' : 'not connected';
  const commit =
    record.lastCommitMs === undefined ? 'nothing yet' : `${duration(runningMs - record.lastCommitMs)} ago`;
  return alignColumns([
    ['Broker', `${broker}, ${sync.outboxDepth} in the outbox${roomLeft(sync)}`],
    ...(sync.sentence === undefined ? [] : [['', sync.sentence]]),
    ...(sync.certificate === undefined ? [] : [['Certificate', sync.certificate.sentence]]),
    ...(network === undefined ? [] : [['Network', `since ${network.since}: ${network.sentence}`]]),
    ['Record', `${record.condition}, last commit ${commit}`],
    [
      'Cycle',
      `${cycle.count} done, last ${cycle.lastMs.toFixed(0)} ms, worst ${cycle.worstMs.toFixed(0)} ms`,
    ],
  ]).join('\n');
}
