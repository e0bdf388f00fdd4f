import { z } from 'zod';
import { PHASES } from '../domain/phase.ts';
import type { SitePlan, Timing } from '../domain/sitePlan.ts';
import { DEFAULT_TIMING } from '../domain/timing.ts';

/**
 * The shape of a site plan file. What the parts must be to one another is judged by checkSitePlan.
 * The descriptions are the documentation of the file: docs/configuration.md is checked against them.
 */
const id = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,47}$/)
    .describe(`${what}: small letters, digits and hyphens, at most 48`);

const ratingA = (what: string) => z.number().gt(0).max(400).describe(`${what}, amps per phase`);
const currentA = (what: string) => z.number().min(0).max(400).describe(`${what}, amps per phase`);
const durationMs = (what: string, most: number) =>
  z.int().min(0).max(most).describe(`${what}, milliseconds, at most ${most}`);
const phase = z.enum(PHASES as ['L1', 'L2', 'L3']);

const phaseMap = z
  .partialRecord(phase, phase)
  .describe('phase of the supply -> terminal of the device, for example { "L1": "L1" }');

const line = z.strictObject({
  lineId: id('name of the line'),
  path: z.string().min(1).describe('serial port, best by a stable name such as /dev/serial/by-id/...'),
  baudRate: z.int().min(1200).max(921_600).describe('bits per second; all units of a line speak alike'),
  parity: z.enum(['none', 'even', 'odd']).describe('parity bit'),
  stopBits: z.literal([1, 2]).describe('stop bits'),
});

const connection = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('tcp'),
      host: z.string().min(1).describe('name or address'),
      port: z.int().min(1).max(65_535).describe('TCP port, 502 by the Modbus standard'),
    }),
    z.strictObject({ kind: z.literal('serial'), lineId: id('the line that it is on') }),
  ])
  .describe('how the device is reached: over TCP or on a serial line');

const device = z.strictObject({
  deviceId: id('name of the device'),
  profile: z.string().min(1).describe('profile that describes the model, without .json'),
  connection,
  unit: z.int().min(1).max(255).describe('Modbus unit number; 1 to 247 on a serial line'),
});

const meter = z.strictObject({
  meterId: id('name of the meter'),
  deviceId: id('the device that measures'),
  phaseMap,
  isInverted: z.boolean().describe('true when the current transformers point the other way'),
});

const circuit = z.strictObject({
  circuitId: id('name of the circuit'),
  parentId: id('the circuit that feeds it; absent at the connection point only').exactOptional(),
  ratingA: ratingA('rating of the cut-out or protective device'),
  derating: z
    .number()
    .gt(0)
    .max(1)
    .describe('factor on the rating for temperature and enclosure, above 0, at most 1'),
  meterId: id('meter of this circuit; absent when it carries only loads of this plan').exactOptional(),
  maximumImportLimitA: currentA('import agreed with the distributor; absent: none agreed').exactOptional(),
  maximumExportLimitA: currentA('export agreed with the distributor; absent: none agreed').exactOptional(),
});

const loadCommon = {
  loadId: id('name of the load'),
  deviceId: id('the device that controls it'),
  circuitId: id('the circuit that it is on'),
  priority: z.int().min(1).max(99).describe('1 is served first'),
  phaseMap,
  ratingA: ratingA('most that it can draw or give'),
};
const relayChannel = z.int().min(1).max(32).describe('channel of the relay device');
const position = (what: string) => z.enum(['open', 'closed']).describe(what);
const minimumOpenMs = durationMs('least time open before it closes again; opening never waits', 3_600_000);
const loadMeter = id('meter of this load alone; absent when it has none').exactOptional();

const load = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('chargePoint'),
      ...loadCommon,
      minimumA: ratingA('least current that charges at all, 6 by IEC 61851-1'),
      floorA: currentA('never narrowed below this by sharing; 0, or at least minimumA'),
      safeCurrentA: currentA('set-point while the picture cannot be trusted; 0 pauses'),
      fallbackCurrentA: currentA('what the device falls to by itself when the gateway is silent; 0 pauses'),
      fallbackTimeoutMs: z.int().min(1_000).max(3_600_000).describe('... after this long, milliseconds'),
    }),
    z.strictObject({
      kind: z.literal('switchedLoad'),
      ...loadCommon,
      relayChannel,
      floor: position('"closed" keeps it on against sharing, "open" lets sharing switch it off'),
      safePosition: position('position while the picture cannot be trusted'),
      minimumOpenMs,
      meterId: loadMeter,
    }),
    z.strictObject({
      kind: z.literal('switchedGenerator'),
      ...loadCommon,
      relayChannel,
      minimumOpenMs,
      meterId: loadMeter,
    }),
  ])
  .describe('a charge point, a switched load or a switched generator');

const TIMING_MEANING: Readonly<Record<keyof Timing, string>> = {
  meterMaxAgeMs: 'a meter reading older than this is not fresh: nothing grows',
  meterHoldMs: 'a meter silent for this long: the loads behind it go to the safe posture',
  meterFrozenMs: 'identical readings for this long: the meter is frozen',
  loadMaxAgeMs: 'a reading of a load older than this is not fresh',
  confirmMs: 'time for a command to show in the read-back',
  widenRestMs: 'no widening for this long after a narrowing of the same load',
  resumeRestMs: 'no resumption for this long after a pause of the same charge point',
  rampStepMs: 'least time between two widening steps of a charge point',
  rampAPerS: 'how far a charge point may rise, amps per second',
  marginA: 'kept free below each ceiling when widening, amps',
};

const MAY_BE_ZERO: readonly (keyof Timing)[] = ['widenRestMs', 'resumeRestMs', 'marginA'];

const timed = (key: keyof Timing) => {
  const least = MAY_BE_ZERO.includes(key) ? z.number().min(0) : z.number().gt(0);
  const kind = key.endsWith('Ms') ? least.int().max(600_000) : least.max(32);
  return kind.default(DEFAULT_TIMING[key]).describe(`${TIMING_MEANING[key]}; default ${DEFAULT_TIMING[key]}`);
};

const timing = z
  .strictObject({
    meterMaxAgeMs: timed('meterMaxAgeMs'),
    meterHoldMs: timed('meterHoldMs'),
    meterFrozenMs: timed('meterFrozenMs'),
    loadMaxAgeMs: timed('loadMaxAgeMs'),
    confirmMs: timed('confirmMs'),
    widenRestMs: timed('widenRestMs'),
    resumeRestMs: timed('resumeRestMs'),
    rampStepMs: timed('rampStepMs'),
    rampAPerS: timed('rampAPerS'),
    marginA: timed('marginA'),
  })
  .prefault({})
  .describe('times of the judgement; each may be left out');

export const sitePlanSchema: z.ZodType<SitePlan> = z.strictObject({
  siteId: id('name of the site'),
  revision: z.int().min(1).max(1_000_000).describe('counts up with every change of the plan'),
  phases: z.array(phase).min(1).describe('phases of the supply, for example ["L1"]'),
  nominalVoltageV: z.number().min(100).max(300).describe('between phase and neutral, 230 in Great Britain'),
  lines: z.array(line).max(16).default([]).describe('serial lines'),
  devices: z.array(device).min(1).max(64).describe('devices on the wires'),
  meters: z.array(meter).max(64).describe('what measures'),
  circuits: z
    .array(circuit)
    .min(1)
    .max(64)
    .describe('parts of the installation, from the connection point down'),
  loads: z.array(load).max(32).describe('what the gateway may narrow'),
  timing,
});
