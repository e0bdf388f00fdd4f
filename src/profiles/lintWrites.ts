import type { DeviceAction } from '../ports/device.ts';
import { type Encoded, encodeAction, encodeFallback, encodePreparation } from './encode.ts';
import type { ProfileMistake } from './mistake.ts';
import type { ProfileData } from './profileSchema.ts';
import { parseRegisterUnit, scaleToRaw, scaleToValue } from './units.ts';

type Report = (mistake: Omit<ProfileMistake, 'file'>) => void;

/** What the schema cannot say about the writing half of a profile. */
export function lintWrites(data: ProfileData, report: Report): void {
  lintChargeCurrent(data, report);
  lintSwitch(data, report);
  lintFallback(data, report);
  const prepared = encodePreparation(data);
  if (!prepared.ok) report({ path: 'prepare', message: prepared.detail });
  lintAllowList(data, report);
}

function lintChargeCurrent(data: ProfileData, report: Report): void {
  const command = data.commands.setChargeCurrent;
  if (command === undefined) return;
  const path = 'commands.setChargeCurrent';
  const found = parseRegisterUnit(command.unit);
  if (found?.unit !== 'A') {
    report({
      path: `${path}.unit`,
      message: `expected a unit of current such as "mA", found "${command.unit}"`,
    });
    return;
  }
  if (command.minimumA > command.maximumA) {
    report({ path, message: `minimumA ${command.minimumA} is above maximumA ${command.maximumA}` });
  }
  const stepRaw = scaleToRaw(command.stepA, found.scale);
  if (Math.abs(scaleToValue(stepRaw, found.scale) - command.stepA) > 1e-9 || stepRaw < 1) {
    report({
      path: `${path}.stepA`,
      message: `${command.stepA} A is not a whole number of "${command.unit}"`,
    });
  }
  for (const currentA of [0, command.minimumA, command.maximumA]) {
    reportRefusal(path, encodeAction(data, { kind: 'setChargeCurrent', currentA }), report);
  }
  if (!('setpointA' in data.points)) {
    report({
      path: 'points',
      message: 'setpointA is missing: a set-point that is not read back proves nothing',
    });
  }
}

function lintSwitch(data: ProfileData, report: Report): void {
  const command = data.commands.setSwitch;
  if (command === undefined) return;
  const path = 'commands.setSwitch';
  for (let index = 0; index < command.channels; index++) {
    const relayChannel = command.firstChannel + index;
    const actions: DeviceAction[] = [
      { kind: 'setSwitch', relayChannel, position: 'open' },
      { kind: 'setSwitch', relayChannel, position: 'closed' },
    ];
    for (const action of actions) reportRefusal(path, encodeAction(data, action), report);
    if (!(`relayClosed.${relayChannel}` in data.points)) {
      report({
        path: 'points',
        message: `relayClosed.${relayChannel} is missing: a switch that is not read back proves nothing`,
      });
    }
  }
  if (command.closedHoldsMs === undefined) return;
  if (data.refreshEveryMs === undefined || data.refreshEveryMs > command.closedHoldsMs / 2) {
    report({
      path: 'refreshEveryMs',
      message: `"closed" lapses after ${command.closedHoldsMs} ms; expected a refresh at no more than half of it`,
    });
  }
}

function lintFallback(data: ProfileData, report: Report): void {
  if (data.fallback === undefined) return;
  const { current, timeout } = data.fallback;
  if (data.watchdog.fedBy === 'nothing') {
    report({ path: 'watchdog.fedBy', message: 'fall-back settings need a watchdog; say what feeds it' });
  }
  if (parseRegisterUnit(current.unit)?.unit !== 'A') {
    report({ path: 'fallback.current.unit', message: `expected a unit of current, found "${current.unit}"` });
  }
  if (parseRegisterUnit(timeout.unit)?.unit !== 'Ms') {
    report({ path: 'fallback.timeout.unit', message: `expected "s" or "ms", found "${timeout.unit}"` });
  }
  for (const point of ['fallbackCurrentA', 'fallbackTimeoutMs']) {
    if (point in data.points) continue;
    report({ path: 'points', message: `${point} is missing: fall-back settings must be read back` });
  }
  const zeroA = current.zeroMeans === 'stopsCharging' ? [0] : [];
  for (const currentA of [...zeroA, current.minimumA, current.maximumA]) {
    for (const timeoutMs of [timeout.minimumMs, timeout.maximumMs]) {
      const encoded = encodeFallback(data, { currentA, timeoutMs });
      if (!encoded.ok) report({ path: 'fallback', message: encoded.detail });
    }
  }
}

function lintAllowList(data: ProfileData, report: Report): void {
  for (const [index, entry] of data.writes.entries()) {
    const path = `writes[${index}]`;
    for (const [place, range] of entry.values.entries()) {
      if (range.from <= range.to) continue;
      report({ path: `${path}.values[${place}]`, message: `from ${range.from} is above to ${range.to}` });
    }
    if (entry.wear === 'kept' && entry.dailyBudget === undefined) {
      report({
        path: `${path}.dailyBudget`,
        message: 'a register that wears needs a daily budget of writes',
      });
    }
    if (entry.wear === 'kept' && data.refreshEveryMs !== undefined) {
      report({
        path: `${path}.wear`,
        message: 'a command that is refreshed may not go to a register that wears',
      });
    }
    for (const [place, never] of data.neverWrite.entries()) {
      const sameFunction = never.function === undefined || never.function === entry.function;
      const meets =
        entry.address < never.address + never.addresses && never.address < entry.address + entry.addresses;
      const sameValue =
        never.values === undefined ||
        never.values.some((value) => entry.values.some(({ from, to }) => value >= from && value <= to));
      if (!(sameFunction && meets && sameValue)) continue;
      report({ path, message: `permits what neverWrite[${place}] forbids: ${never.why}` });
    }
  }
}

function reportRefusal(path: string, encoded: Encoded, report: Report): void {
  if (!encoded.ok) report({ path, message: encoded.detail });
}
