import type { DeviceAction } from '../ports/device.ts';
import { isSameModel } from './allow.ts';
import { encodeAction, encodeKeepAlive, encodePreparation } from './encode.ts';
import { lintCommands, reportRefusal } from './lintCommands.ts';
import { lintWatchdog } from './lintWatchdog.ts';
import type { Report } from './mistake.ts';
import type { Allowance, ProfileData } from './profileSchema.ts';
import { isRefreshed } from './refresh.ts';

/** What the schema cannot say about the writing half of a profile. */
export function lintWrites(data: ProfileData, report: Report): void {
  lintCommands(data, report);
  lintWatchdog(data, report);
  reportRefusal('prepare', encodePreparation(data), report);
  lintAllowList(data, report);
}

function lintAllowList(data: ProfileData, report: Report): void {
  const refreshed = refreshedAllowances(data);
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
    if (entry.wear === 'kept' && refreshed.has(entry)) {
      report({
        path: `${path}.wear`,
        message: 'a command that is refreshed may not go to a register that wears',
      });
    }
    for (const [place, never] of data.neverWrite.entries()) {
      const sameFunction = never.function === undefined || never.function === entry.function;
      const meets =
        isSameModel(entry, never) &&
        entry.address < never.address + never.addresses &&
        never.address < entry.address + entry.addresses;
      const sameValue =
        never.values === undefined ||
        never.values.some((value) => entry.values.some(({ from, to }) => value >= from && value <= to));
      if (!(sameFunction && meets && sameValue)) continue;
      report({ path, message: `permits what neverWrite[${place}] forbids: ${never.why}` });
    }
  }
}

/** The entries that are written again and again without anything having changed. */
function refreshedAllowances(data: ProfileData): ReadonlySet<Allowance> {
  const { setChargeCurrent, setSwitch } = data.commands;
  const actions: DeviceAction[] = [
    { kind: 'setChargeCurrent', currentA: 0 },
    { kind: 'setChargeCurrent', currentA: setChargeCurrent?.minimumA ?? 0 },
    { kind: 'setSwitch', relayChannel: setSwitch?.firstChannel ?? 0, position: 'closed' },
    { kind: 'setPowerLimit', powerW: 0 },
  ];
  const commands = isRefreshed(data) ? actions.map((action) => encodeAction(data, action, 'refresh')) : [];
  const encoded = [...commands, encodeKeepAlive(data)];
  return new Set(encoded.flatMap((each) => (each.ok ? each.writes.map(({ allowance }) => allowance) : [])));
}
