import { z } from 'zod';
import { chargingHoursSchema } from '../contract/owner.ts';
import { GATEWAY_PURPOSES } from '../domain/consent.ts';
import { isMpan } from '../domain/mpan.ts';
import { PHASES } from '../domain/phase.ts';
import { SCHEME_FIGURES, type SchemeFigures } from '../domain/schemeFigures.ts';
import { HAN_LOAD_SWITCH, type SitePlan, type Timing } from '../domain/sitePlan.ts';
import { DEFAULT_PHASE_REST_MS, DEFAULT_TIMING } from '../domain/timing.ts';

/** A salted scrypt hash; the PIN itself stands nowhere. */
const PIN_HASH_PATTERN = /^scrypt:[0-9a-f]{32}:[0-9a-f]{64}$/;

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
    z.strictObject({
      kind: z.literal('han'),
      radioId: id('the radio that it is joined to'),
      address: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .describe('64-bit address of the load-control switch, 16 small hexadecimal digits'),
      deviceClass: z
        .enum(['waterHeater', 'stripHeater', 'simpleLoad', 'electricVehicle'])
        .describe('the kind of load that the switch is set to'),
      eventMinutes: z
        .int()
        .min(1)
        .max(1440)
        .describe('longest that it keeps a load off without hearing the gateway; default 30')
        .exactOptional(),
    }),
  ])
  .describe('how the device is reached: over TCP, on a serial line or by a radio');

const radio = z.strictObject({
  radioId: id('name of the radio'),
  path: z.string().min(1).describe('serial port of the Zigbee coordinator'),
});

const device = z.strictObject({
  deviceId: id('name of the device'),
  profile: z
    .string()
    .min(1)
    .describe(`profile that describes the model, without .json; ${HAN_LOAD_SWITCH} for a switch on a radio`),
  connection,
  unit: z
    .int()
    .min(1)
    .max(255)
    .describe('Modbus unit number, 1 to 247 on a serial line; on a radio the endpoint of channel 1'),
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
  loopedService: z
    .strictObject({
      ratingA: ratingA('rating of the part shared with a neighbour'),
      ownShareA: ratingA("what of it is this home's"),
    })
    .describe('only where a neighbour is fed through this cut-out or from the same service cable')
    .exactOptional(),
  maximumUnbalanceA: currentA('how much more one phase may import than the least loaded one').exactOptional(),
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
      fallbackCurrentA: currentA(
        'what the device falls to by itself when the gateway is silent, 0 pauses; absent: the device cannot',
      ).exactOptional(),
      fallbackTimeoutMs: z
        .int()
        .min(1_000)
        .max(3_600_000)
        .describe('... after this long, milliseconds')
        .exactOptional(),
      phaseSwitching: z
        .strictObject({
          restMs: z
            .int()
            .min(60_000)
            .max(86_400_000)
            .default(DEFAULT_PHASE_REST_MS)
            .describe(
              `least time from one switching to the next, milliseconds, 60000 to 86400000; default ${DEFAULT_PHASE_REST_MS}`,
            ),
        })
        .describe(
          'the gateway may switch it between its own L1 and all three phases; absent: it stays on all of its phaseMap',
        )
        .exactOptional(),
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
    z.strictObject({
      kind: z.literal('limitedGenerator'),
      ...loadCommon,
      safeCurrentA: currentA('most that it may give while the picture cannot be trusted; 0 gives nothing'),
      meterId: loadMeter,
    }),
  ])
  .describe('a charge point, a switched load, or a generator behind a contactor or with a power limit');

const observedSwitch = z.strictObject({
  switchId: id('name of the observed switch'),
  deviceId: id('the device that shows its position'),
  seenAt: z.enum(['input', 'relay']).describe('a signal input, or the contact of a load switch'),
  channel: z.int().min(1).max(32).describe('number of the input or contact, as printed'),
  limitsWhen: z
    .enum(['energised', 'deenergised'])
    .describe('position in which the ceiling holds; best the one that a broken wire gives'),
  circuitId: id('the circuit that it limits'),
  ceilingA: currentA('import that is left then; 0 switches off all that can be'),
});

const standingCeiling = z.strictObject({
  circuitId: id('the circuit that it is for'),
  direction: z.enum(['import', 'export']).describe('direction of the flow'),
  basis: z.enum(['phaseCurrentA', 'activePowerW']).describe('amps per phase, or watts over all phases'),
  ceiling: z.number().min(0).max(1_000_000).describe('most that may flow; 0 is a real ceiling'),
});

const areaId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

const supply = z
  .strictObject({
    mpan: z
      .string()
      .refine(isMpan, 'the 13 digits of the MPAN core with a right check digit, read again from the bill')
      .describe('meter point administration number, 13 digits; its first two name the distributor'),
    areas: z
      .array(areaId)
      .min(1)
      .max(8)
      .describe('feeder and substation that restriction notices may name, small letters, digits, hyphens'),
  })
  .describe('where the home is connected; absent: no restriction notice can be for it');

/** Reported by the press for DCP 371: no longer than two hours a day. */
const DEFAULT_RESTRICTION_MS = 7_200_000;

const cap = (meaning: string) =>
  z
    .int()
    .min(60_000)
    .max(86_400_000)
    .default(DEFAULT_RESTRICTION_MS)
    .describe(`${meaning}, milliseconds; default ${DEFAULT_RESTRICTION_MS}`);

const restriction = z
  .strictObject({
    consentText: z.string().min(1).max(64).describe('version of the text of consent that applies'),
    longestMs: cap('longest single restriction'),
    longestInDayMs: cap('most in any 24 hours'),
    objection: z.string().min(3).max(200).describe('whom the household turns to, as it is shown to it'),
  })
  .describe('what the household is asked to agree to; absent: no restriction notice is taken');

const consentText = z
  .strictObject({
    version: z.string().min(1).max(64).describe('version of the text that is to be agreed to'),
    appliesFrom: z.iso
      .datetime({ offset: true })
      .describe('from then on nothing rests on an older text; absent: at once')
      .exactOptional(),
  })
  .transform(({ version, appliesFrom }) => ({
    version,
    ...(appliesFrom !== undefined && { appliesFromUtcMs: Date.parse(appliesFrom) }),
  }));

const consentTexts = z
  .partialRecord(
    z.enum(GATEWAY_PURPOSES.filter((purpose) => purpose !== 'dnoRestriction') as ['chargingData']),
    consentText,
  )
  .describe('what the household is asked to agree to, by purpose; a purpose without a text cannot be given');

const controllingParty = z
  .strictObject({
    partyId: id('who it is, as the trust bundle names it; absent: any controlling party').exactOptional(),
    defaults: z.array(standingCeiling).max(8).describe('in force while none of its controls is'),
    heartbeat: z
      .strictObject({
        lostAfterMs: durationMs(
          'without a heartbeat for this long it is lost, 120000 by EEBus',
          3_600_000,
        ).min(1_000),
        limitWithinMs: durationMs('it returns with a control within this of a heartbeat, 60000', 3_600_000),
        failSafeMinimumMs: durationMs('the fail-safe holds at least this long, 7200000', 86_400_000),
        failSafe: z.array(standingCeiling).min(1).max(8).describe('ceilings while it is lost'),
      })
      .describe('absent: its silence means nothing')
      .exactOptional(),
  })
  .describe('what was agreed with the party that sends curtailments');

const schemeFigure = (key: keyof SchemeFigures) => {
  const { value, meaning } = SCHEME_FIGURES[key];
  const least = key === 'automaticResetMs' || key === 'bridgeMs' ? 0 : 1;
  return z.int().min(least).max(3_000_000_000).describe(`${meaning}; default ${value}`).exactOptional();
};

const schemeFigures = z
  .strictObject({
    countedAfterMs: schemeFigure('countedAfterMs'),
    lockAfterMs: schemeFigure('lockAfterMs'),
    shortRepeatCount: schemeFigure('shortRepeatCount'),
    shortRepeatWindowMs: schemeFigure('shortRepeatWindowMs'),
    longRepeatCount: schemeFigure('longRepeatCount'),
    longRepeatWindowMs: schemeFigure('longRepeatWindowMs'),
    bridgeMs: schemeFigure('bridgeMs'),
    householderResetsBelow: schemeFigure('householderResetsBelow'),
    resetWindowMs: schemeFigure('resetWindowMs'),
    automaticResetMs: schemeFigure('automaticResetMs'),
  })
  .describe(
    'figures of the limitation scheme that differ from the defaults, by agreement with the distributor',
  );

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
  radios: z.array(radio).max(4).describe('radios for load-control switches').exactOptional(),
  devices: z.array(device).min(1).max(64).describe('devices on the wires'),
  meters: z.array(meter).max(64).describe('what measures'),
  circuits: z
    .array(circuit)
    .min(1)
    .max(64)
    .describe('parts of the installation, from the connection point down'),
  loads: z.array(load).max(32).describe('what the gateway may narrow'),
  observedSwitches: z
    .array(observedSwitch)
    .max(16)
    .describe('switches that others operate and the gateway only sees')
    .exactOptional(),
  chargingHours: z
    .union([z.literal('default'), chargingHoursSchema])
    .describe('hours in which charge points are held back; "default": the legal ones; absent: none')
    .exactOptional(),
  supply: supply.exactOptional(),
  restriction: restriction.exactOptional(),
  consentTexts: consentTexts.exactOptional(),
  controllingParty: controllingParty.exactOptional(),
  engineerPinHash: z
    .string()
    .regex(PIN_HASH_PATTERN)
    .describe('what `loadgate engineer-pin` prints; absent: no engineer can open a lock-out here')
    .exactOptional(),
  schemeFigures: schemeFigures.exactOptional(),
  timing,
});
