import type { DeviceAction } from '../ports/device.ts';
import { allow, asWrites, type Encoded } from './allow.ts';
import { encodeAction } from './encode.ts';
import type { Report } from './mistake.ts';
import type { ProfileData } from './profileSchema.ts';
import { WORDS_OF_TYPE } from './registers.ts';
import { parseRegisterUnit, scaleToRaw, scaleToValue } from './units.ts';

/** Every command can be sent as a whole: units fit, the allow-list names all of it, and it is read back. */
export function lintCommands(data: ProfileData, report: Report): void {
  lintChargeCurrent(data, report);
  lintSwitch(data, report);
  lintPowerLimit(data, report);
  lintSignedPower(data, report);
  lintPhases(data, report);
}

function lintChargeCurrent(data: ProfileData, report: Report): void {
  const command = data.commands.setChargeCurrent;
  if (command === undefined) return;
  const path = 'commands.setChargeCurrent';
  const found = parseRegisterUnit(command.unit);
  const expected = command.perAmp === undefined ? 'A' : 'W';
  if (found?.unit !== expected) {
    const wanted = expected === 'A' ? 'current such as "mA"' : 'power such as "W" (for perAmp)';
    report({ path: `${path}.unit`, message: `expected a unit of ${wanted}, found "${command.unit}"` });
    return;
  }
  if (command.minimumA > command.maximumA) {
    report({ path, message: `minimumA ${command.minimumA} is above maximumA ${command.maximumA}` });
  }
  const isFloat = command.type === 'f32' || command.type === 'f64';
  if (!isFloat && command.perAmp === undefined) {
    const stepRaw = scaleToRaw(command.stepA, found.scale);
    if (scaleToValue(stepRaw, found.scale) !== command.stepA || stepRaw < 1)
      report({
        path: `${path}.stepA`,
        message: `${command.stepA} A is not a whole number of "${command.unit}"`,
      });
  }
  if (command.zeroMeans === 'notWritten' && command.pause === undefined) {
    report({ path: `${path}.pause`, message: 'is missing: 0 is not written, so something else must pause' });
  }
  lintTarget(path, command, report);
  for (const currentA of [0, command.minimumA, command.maximumA]) {
    reportRefusal(path, encodeAction(data, { kind: 'setChargeCurrent', currentA }, 'widening'), report);
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
    for (const action of actions) reportRefusal(path, encodeAction(data, action, 'widening'), report);
    if (!(`relayClosed.${relayChannel}` in data.points)) {
      report({
        path: 'points',
        message: `relayClosed.${relayChannel} is missing: a switch that is not read back proves nothing`,
      });
    }
  }
}

function lintPowerLimit(data: ProfileData, report: Report): void {
  const command = data.commands.setPowerLimit;
  if (command === undefined) return;
  const path = 'commands.setPowerLimit';
  const expected = command.shareOfPoint === undefined ? 'W' : '%';
  if (parseRegisterUnit(command.unit)?.unit !== expected) {
    const how = expected === 'W' ? 'or name shareOfPoint' : 'or remove shareOfPoint';
    report({ path: `${path}.unit`, message: `expected "${expected}", found "${command.unit}"; ${how}` });
  }
  const length = WORDS_OF_TYPE[command.type];
  for (const [index, frame] of command.limited.entries()) {
    if (frame.function !== 6 || (frame.words.length === 1 && (frame.words[0] !== 'limit' || length === 1)))
      continue;
    report({ path: `${path}.limited[${index}]`, message: 'function 6 writes one word; use function 16' });
  }
  const places = command.limited.flatMap(({ words }) => words).filter((word) => word === 'limit');
  if (places.length !== 1) {
    report({ path: `${path}.limited`, message: `expected "limit" in one place, found ${places.length}` });
  }
  for (const powerW of [0, undefined]) {
    const action: DeviceAction = { kind: 'setPowerLimit', ...(powerW === undefined ? {} : { powerW }) };
    const at = powerW === undefined ? 'released' : 'limited';
    reportRefusal(`${path}.${at}`, encodeAction(data, action, 'narrowing'), report);
  }
}

function lintSignedPower(data: ProfileData, report: Report): void {
  const command = data.commands.setSignedPower;
  if (command === undefined) return;
  const path = 'commands.setSignedPower';
  if (parseRegisterUnit(command.unit)?.unit !== 'W')
    report({ path: `${path}.unit`, message: `expected a unit of power, found "${command.unit}"` });
  lintTarget(path, command, report);
  for (const key of ['takeControl', 'start', 'stop', 'handBack'] as const)
    reportRefusal(`${path}.${key}`, allow(data, asWrites(command[key])), report);
  const leastA = command.minimumW / command.perAmp;
  const nearlyAllA = (0.999 * command.chargeMaximumW) / command.perAmp;
  for (const currentA of [leastA, nearlyAllA])
    reportRefusal(path, encodeAction(data, { kind: 'setChargeCurrent', currentA }, 'widening'), report);
}

function lintPhases(data: ProfileData, report: Report): void {
  if (data.commands.setPhases === undefined) return;
  const path = 'commands.setPhases';
  for (const [phases, key] of [
    [1, 'one'],
    [3, 'three'],
  ] as const)
    reportRefusal(`${path}.${key}`, encodeAction(data, { kind: 'setPhases', phases }, 'widening'), report);
  const needed = ['onePhase', 'phaseCurrentA.L1', 'phaseCurrentA.L2', 'phaseCurrentA.L3'];
  const missing = needed.filter((name) => !(name in data.points));
  if (missing.length === 0) return;
  const message = `${missing.join(', ')} is missing: phases that are not read back, with what flows on each, prove nothing`;
  report({ path: 'points', message });
}

/** One word by function 6, larger types by function 16. */
export function lintTarget(
  path: string,
  target: { readonly function: number; readonly type?: keyof typeof WORDS_OF_TYPE | undefined },
  report: Report,
): void {
  if (target.function !== 6 || WORDS_OF_TYPE[target.type ?? 'u16'] === 1) return;
  const message = `function 6 writes one word, "${target.type}" has more; use function 16`;
  report({ path: `${path}.function`, message });
}

export function reportRefusal(path: string, encoded: Encoded, report: Report): void {
  if (!encoded.ok) report({ path, message: encoded.detail });
}
