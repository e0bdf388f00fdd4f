import { encodeKeepAlive } from './encode.ts';
import { encodeFallback } from './encodeFallback.ts';
import { lintTarget, reportRefusal } from './lintCommands.ts';
import type { Report } from './mistake.ts';
import type { ProfileData } from './profileSchema.ts';
import { parseRegisterUnit } from './units.ts';

/** What the device does when the gateway is dead: settings, feeding, lapses, and whether that is safe. */
export function lintWatchdog(data: ProfileData, report: Report): void {
  lintFallback(data, report);
  lintFeeding(data, report);
  lintLapses(data, report);
}

function lintFallback(data: ProfileData, report: Report): void {
  if (data.fallback === undefined) return;
  const { current, timeout } = data.fallback;
  if (data.watchdog.fedBy === 'nothing') {
    report({ path: 'watchdog.fedBy', message: 'fall-back settings need a watchdog; say what feeds it' });
  }
  for (const point of ['fallbackCurrentA', 'fallbackTimeoutMs']) {
    if (point in data.points) continue;
    report({ path: 'points', message: `${point} is missing: fall-back settings must be read back` });
  }
  if ('unit' in current) {
    lintTarget('fallback.current', current, report);
    if (parseRegisterUnit(current.unit)?.unit !== 'A')
      report({
        path: 'fallback.current.unit',
        message: `expected a unit of current, found "${current.unit}"`,
      });
  }
  if ('unit' in timeout) {
    lintTarget('fallback.timeout', timeout, report);
    if (parseRegisterUnit(timeout.unit)?.unit !== 'Ms')
      report({ path: 'fallback.timeout.unit', message: `expected "s" or "ms", found "${timeout.unit}"` });
  }
  for (const currentA of edgesOfCurrent(current)) {
    for (const timeoutMs of 'fixedMs' in timeout
      ? [timeout.fixedMs]
      : [timeout.minimumMs, timeout.maximumMs]) {
      const encoded = encodeFallback(data, { currentA, timeoutMs });
      if (!encoded.ok) report({ path: 'fallback', message: encoded.detail });
    }
  }
}

function edgesOfCurrent(current: NonNullable<ProfileData['fallback']>['current']): readonly number[] {
  if ('fixedA' in current) return [current.fixedA];
  const zero = current.zeroMeans === 'stopsCharging' ? [0] : [];
  return [...zero, current.minimumA, current.maximumA];
}

/** The longest that the device may wait for its gateway; nothing when it does not wait. */
function longestTimeoutMs(data: ProfileData): number | undefined {
  const timeout = data.fallback?.timeout;
  return timeout === undefined ? undefined : 'fixedMs' in timeout ? timeout.fixedMs : timeout.maximumMs;
}

function lintFeeding(data: ProfileData, report: Report): void {
  const { watchdog, keepAlive, refreshEveryMs, commands } = data;
  if (keepAlive !== undefined) reportRefusal('keepAlive.writes', encodeKeepAlive(data), report);
  if (watchdog.fedBy === 'register' && keepAlive === undefined)
    report({ path: 'keepAlive', message: 'is missing: the watchdog is fed by a register; say which' });
  if (watchdog.fedBy !== 'register' && keepAlive !== undefined)
    report({ path: 'watchdog.fedBy', message: 'there is a keepAlive; expected "register"' });
  const lapses = refreshEveryMs ?? commands.setPowerLimit?.lapsesMs ?? longestTimeoutMs(data);
  if (watchdog.fedBy === 'refreshedCommand' && lapses === undefined)
    report({ path: 'refreshEveryMs', message: 'is missing: the watchdog is fed by repeating a command' });
  const timeoutMs = longestTimeoutMs(data);
  const feeding: readonly [string, number | undefined][] = [
    ['keepAlive.everyMs', keepAlive?.everyMs],
    ['refreshEveryMs', refreshEveryMs],
  ];
  for (const [path, everyMs] of feeding) {
    if (everyMs === undefined || timeoutMs === undefined || everyMs <= timeoutMs / 2) continue;
    report({ path, message: `the device waits ${timeoutMs} ms at most; expected no more than half of it` });
  }
  if (watchdog.fedBy === 'nothing' && watchdog.isSafe && Object.keys(commands).length > 0) {
    const message = 'a device that takes commands and feels no dead gateway is not safe; expected false';
    report({ path: 'watchdog.isSafe', message });
  }
  if (!watchdog.isSafe && data.quirks.length === 0)
    report({ path: 'quirks', message: 'say what an unsafe watchdog means for the installer' });
}

function lintLapses(data: ProfileData, report: Report): void {
  const { commands, refreshEveryMs, watchdog } = data;
  const holdsMs = commands.setSwitch?.closedHoldsMs;
  if (holdsMs !== undefined && (refreshEveryMs === undefined || refreshEveryMs > holdsMs / 2)) {
    report({
      path: 'refreshEveryMs',
      message: `"closed" lapses after ${holdsMs} ms; expected a refresh at no more than half of it`,
    });
  }
  const limit = commands.setPowerLimit;
  const path = 'commands.setPowerLimit';
  if ((limit?.lapsesMs === undefined) !== (limit?.lapsesTo === undefined))
    report({ path: `${path}.lapsesTo`, message: 'lapsesMs and lapsesTo belong together' });
  if (limit?.lapsesMs !== undefined && refreshEveryMs !== undefined && refreshEveryMs > limit.lapsesMs / 2) {
    report({
      path: 'refreshEveryMs',
      message: `the limit lapses after ${limit.lapsesMs} ms; expected a refresh at no more than half of it`,
    });
  }
  lintRevertTimer(data, report);
  if (limit?.lapsesTo !== 'fullPower') return;
  if (watchdog.isSafe)
    report({
      path: 'watchdog.isSafe',
      message: 'a limit that lapses to full power fails open; expected false',
    });
  if (!data.quirks.some((quirk) => /full power/i.test(quirk)))
    report({ path: 'quirks', message: 'say that the limit lapses to full power, and what to set besides' });
}

/** WMaxLimPct_RvrtTms of SunSpec model 123, s; 0: the limit never ends. Left alone it has whatever was there before. */
const REVERT_TIME = { model: 123, address: 7 } as const;

function lintRevertTimer({ commands }: ProfileData, report: Report): void {
  const limit = commands.setPowerLimit;
  const frames = (limit?.limited ?? []).filter(({ model }) => model?.includes(REVERT_TIME.model));
  if (limit === undefined || frames.length === 0) return;
  const writtenS = frames
    .map(({ address, words }) => words[REVERT_TIME.address - address])
    .find((word) => word !== undefined);
  const expectedS = (limit.lapsesMs ?? 0) / 1000;
  if (writtenS === expectedS) return;
  const found = writtenS === undefined ? 'it is not written' : `found ${writtenS}`;
  report({
    path: 'commands.setPowerLimit.limited',
    message: `model 123 ends a limit by its revert time: expected ${expectedS} s at offset ${REVERT_TIME.address} (lapsesMs; 0: never), ${found}`,
  });
}
