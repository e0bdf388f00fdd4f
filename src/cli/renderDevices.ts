import type { DeviceContact, DeviceDescription, Devices } from '../contract/devices.ts';
import type { LocalWire } from '../contract/wire.ts';
import { FED_BY } from '../discovery/modelFacts.ts';
import { describeSetting } from '../discovery/wire.ts';
import { alignColumns, amps, duration } from './table.ts';

const CONTACTS: Readonly<Record<DeviceContact['state'], string>> = {
  notYet: 'has not answered yet',
  answering: 'answers',
  glitch: 'has missed an answer',
  lost: 'does not answer',
};

/** A paragraph for each device; what is not safe or not right stands in capitals. */
export function renderDevices({ devices, runningMs }: Devices): string {
  const isRunning = devices.some(({ contact }) => contact !== undefined);
  const head = isRunning ? [] : ['No gateway runs: this is what the site plan and the profiles say.'];
  return [...head, ...devices.map((device) => renderDevice(device, runningMs))].join('\n\n');
}

function renderDevice(device: DeviceDescription, runningMs: number): string {
  const { deviceId, profile, model, wire, unit, contact } = device;
  const rows = [
    ['link', `${describeLocalWire(wire)}, unit ${unit}`],
    ...(contact === undefined ? [] : contactRows(contact, runningMs)),
    ...guardOf(device),
    ...(contact === undefined ? [] : [...guardRows(contact, runningMs), ...writeRows(contact)]),
  ];
  const title = `${deviceId}  ${model.maker} ${model.model} (${profile})`;
  return [title, ...alignColumns(rows).map((line) => `  ${line}`)].join('\n');
}

export function describeLocalWire(wire: LocalWire): string {
  if (wire.kind === 'tcp') return `${wire.host}:${wire.port}`;
  if (wire.kind === 'han') return `radio ${wire.radioId}, switch ${wire.address}`;
  return `${wire.lineId} (${wire.path}, ${describeSetting(wire)})`;
}

function contactRows(contact: DeviceContact, runningMs: number): readonly (readonly string[])[] {
  const { state, fault, unfit, remarks = [], beginnings, lastAnswerMs } = contact;
  const last = lastAnswerMs === undefined ? '' : `, last answer ${duration(runningMs - lastAnswerMs)} ago`;
  const met = beginnings > 1 ? `, met ${beginnings} times` : '';
  return [
    ['contact', `${CONTACTS[state]}${last}${met}`],
    ...(fault === undefined ? [] : [['', `${fault.title} (${fault.code}) -> ${fault.nextStep}`]]),
    ...(unfit === undefined ? [] : [['NOT USED', unfit]]),
    ...remarks.map((remark) => ['', remark]),
  ];
}

function guardOf({ model }: DeviceDescription): readonly (readonly string[])[] {
  const { fedBy, fallsTo, isSafe } = model.watchdog;
  if (!model.isCommanded) return [];
  return [
    ['if the gateway dies', `${isSafe ? 'safe' : 'NOT SAFE'}: ${fallsTo}`],
    ['fed by', FED_BY[fedBy]],
  ];
}

function guardRows({ fallback, drifts }: DeviceContact, runningMs: number): readonly (readonly string[])[] {
  if (fallback.state === 'none') return [];
  const drifted = drifts === 0 ? '' : `; FOUND CHANGED ${drifts} times and set again`;
  return [['fall-back', `${describeAudit(fallback, runningMs)}${drifted}`]];
}

function describeAudit(audit: DeviceContact['fallback'], runningMs: number): string {
  switch (audit.state) {
    case 'none':
      return 'nothing to set';
    case 'notYetVerified':
      return 'not yet verified';
    case 'verified': {
      const { currentA, timeoutMs } = audit.settings;
      const ago = duration(runningMs - audit.atMs);
      return `verified ${ago} ago: ${amps(currentA)} after ${duration(timeoutMs)} of silence`;
    }
    case 'failed':
      return `NOT SET, found ${duration(runningMs - audit.atMs)} ago: ${audit.detail}`;
  }
}

function writeRows({ writes }: DeviceContact): readonly (readonly string[])[] {
  return writes.map(({ functionCode, address, writes: count, wear }, index) => {
    const what = functionCode === 5 || functionCode === 15 ? 'coil' : 'register';
    const times = `${count} ${count === 1 ? 'write' : 'writes'} since the start`;
    const left =
      wear === undefined
        ? ''
        : `, ${wear.writesInDay} of ${wear.dailyBudget} a day (it wears with each write)${wear.writesInDay >= wear.dailyBudget ? ', BUDGET SPENT' : ''}`;
    return [index === 0 ? 'writes' : '', `${what} ${address}: ${times}${left}`];
  });
}
