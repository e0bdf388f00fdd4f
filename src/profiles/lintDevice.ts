import { formatPath, type Report } from './mistake.ts';
import type { ProfileData } from './profileSchema.ts';
import { wireCost } from './wireCost.ts';

/** Nobody waits longer for an answer on a wire in a house. */
const LONGEST_TIMEOUT_MS = 10_000;

/** What belongs together across the parts of a profile: kind and points, timing and wire, models and SunSpec. */
export function lintDevice(data: ProfileData, report: Report): void {
  lintKind(data, report);
  lintTiming(data, report);
  lintModels(data, report);
}

function lintKind(data: ProfileData, report: Report): void {
  const needs = (points: readonly string[], why: string) => {
    const missing = points.filter((name) => !(name in data.points));
    if (missing.length > 0) report({ path: 'points', message: `${missing.join(', ')} is missing: ${why}` });
  };
  const { commands, kind } = data;
  if (kind === 'chargePoint') {
    needs(['chargingState'], 'a charge point must say whether a car charges; map its states to A to F');
  }
  if (kind === 'inverter' && commands.setPowerLimit !== undefined) {
    // Some limits can only be written; a profile says so by naming the point as absent.
    const isReadBack = !(data.absent ?? []).includes('powerLimitW');
    needs(
      ['ratedPowerW', 'totalPowerW', ...(isReadBack ? ['powerLimitW'] : [])],
      'a power limit is judged by the rating, by what flows and, unless it is absent, by what is in force',
    );
  }
  if (commands.setSignedPower !== undefined) {
    needs(['totalPowerW', 'setpointA'], 'a signed power follows what flows, and is read back');
    if (commands.setChargeCurrent !== undefined || commands.setPowerLimit !== undefined) {
      const message = 'drives both directions by itself; remove setChargeCurrent and setPowerLimit';
      report({ path: 'commands.setSignedPower', message });
    }
  }
  if (kind === 'meter' && !Object.keys(data.points).some((name) => /^(phaseCurrentA|\w+PowerW)/.test(name)))
    report({ path: 'points', message: 'a meter needs a current or a power' });
  const { setSwitch } = commands;
  for (const name of Object.keys(data.points)) {
    const channel = /^relayClosed\.(\d+)$/.exec(name)?.[1];
    if (channel === undefined || setSwitch === undefined) continue;
    const index = Number(channel) - setSwitch.firstChannel;
    if (index >= 0 && index < setSwitch.channels) continue;
    report({
      path: `points["${name}"]`,
      message: 'no such channel in commands.setSwitch; correct the number',
    });
  }
}

function lintTiming(data: ProfileData, report: Report): void {
  const { timeoutMs, silenceMs, readSpacingMs } = data.timing;
  if (timeoutMs > LONGEST_TIMEOUT_MS) {
    const message = `expected at most ${LONGEST_TIMEOUT_MS} ms, found ${timeoutMs}; a dead unit would stall its line`;
    report({ path: 'timing.timeoutMs', message });
  }
  if (silenceMs > timeoutMs) {
    report({ path: 'timing.silenceMs', message: `longer than timeoutMs (${timeoutMs} ms); check both` });
  }
  const fast = Object.values(data.blocks).filter((block) => block.group === 'fast');
  const perSecond = fast.reduce((sum, { cadenceMs }) => sum + 1000 / cadenceMs, 0);
  const allowedPerSecond = 1000 / Math.max(1, readSpacingMs);
  if (perSecond > allowedPerSecond) {
    report({
      path: 'blocks',
      message: `the fast blocks want ${perSecond} reads a second, timing.readSpacingMs leaves ${allowedPerSecond}; make some of them slow`,
    });
  }
  const { requestMs, registerMs } = wireCost(data);
  const busy = fast.reduce((sum, { cadenceMs, count, function: code }) => {
    const registers = code <= 2 ? count / 16 : count;
    return sum + (requestMs + registers * registerMs) / cadenceMs;
  }, 0);
  if (busy > 1) {
    const percent = Math.round(busy * 100);
    const message = `the fast blocks alone need ${percent} % of the line; read less, or make some of them slow`;
    report({ path: 'blocks', message });
  }
}

function lintModels(data: ProfileData, report: Report): void {
  for (const [key, part] of Object.entries(data))
    lintModelsIn(part, [key], data.sunSpec !== undefined, report);
  if (data.sunSpec !== undefined && !Object.values(data.blocks).some(({ model }) => model !== undefined))
    report({ path: 'sunSpec', message: 'no block names a model of the chain; add it, or remove sunSpec' });
}

/** Every place, however deep, that names a model of a chain. */
function lintModelsIn(
  value: unknown,
  path: readonly PropertyKey[],
  isSunSpec: boolean,
  report: Report,
): void {
  if (typeof value !== 'object' || value === null) return;
  if ('model' in value && !isSunSpec) {
    const message = 'models are for SunSpec maps; add sunSpec.bases or remove it';
    report({ path: formatPath([...path, 'model']), message });
  }
  if ('occurrence' in value && !('model' in value))
    report({
      path: formatPath([...path, 'occurrence']),
      message: 'counts models; name the model, or remove it',
    });
  for (const [key, part] of Object.entries(value)) {
    lintModelsIn(part, [...path, Array.isArray(value) ? Number(key) : key], isSunSpec, report);
  }
}
