import { z } from 'zod';
import { wireSchema } from './wire.ts';

const fault = z.object({ code: z.string(), title: z.string(), nextStep: z.string() });

/** A point as a device gave it. measuredAtMs and sinceMs are on the running time of the answer. */
const reading = z.discriminatedUnion('state', [
  z.object({
    point: z.string(),
    state: z.literal('measured'),
    value: z.union([z.number(), z.boolean(), z.string()]),
    measuredAtMs: z.number(),
  }),
  z.object({ point: z.string(), state: z.literal('absent') }),
  z.object({ point: z.string(), state: z.literal('unknown'), fault, sinceMs: z.number() }),
]);

/** What the profile says of the model; of a profile that is newer than the reader, the words as they are. */
const model = z.object({
  maker: z.string(),
  model: z.string(),
  kind: z.enum(['meter', 'chargePoint', 'relay', 'inverter']),
  isCommanded: z.boolean(),
  confidence: z.enum(['vendor doc', 'two independent sources', 'one source']),
  watchdog: z.object({
    fedBy: z.enum(['anyFrame', 'write', 'register', 'refreshedCommand', 'nothing']),
    fallsTo: z.string(),
    isSafe: z.boolean(),
  }),
  fallback: z.enum(['settable', 'fixed']),
});

const audit = z.discriminatedUnion('state', [
  z.object({ state: z.literal('none') }),
  z.object({ state: z.literal('notYetVerified') }),
  z.object({
    state: z.literal('verified'),
    atMs: z.number(),
    settings: z.object({ currentA: z.number(), timeoutMs: z.number() }),
  }),
  z.object({ state: z.literal('failed'), atMs: z.number(), detail: z.string() }),
]);

const registerWrites = z.object({
  functionCode: z.number(),
  address: z.number(),
  writes: z.number(),
  /** For a register that wears. */
  wear: z.object({ writesInDay: z.number(), dailyBudget: z.number() }).optional(),
});

/** What only the running gateway knows of a device. */
const contact = z.object({
  state: z.enum(['notYet', 'answering', 'glitch', 'lost']),
  fault: fault.optional(),
  /** Why nothing of the device is used although it answers. */
  unfit: z.string().optional(),
  /** What nobody could see otherwise, such as a boost at a load switch. */
  remarks: z.array(z.string()).optional(),
  /** Times that contact began anew. */
  beginnings: z.number(),
  lastAnswerMs: z.number().optional(),
  fallback: audit,
  /** Times that the fall-back settings were found changed and were written again. */
  drifts: z.number(),
  writes: z.array(registerWrites),
});

const device = z.object({
  deviceId: z.string(),
  profile: z.string(),
  model,
  wire: wireSchema,
  unit: z.number(),
  /** Absent when no gateway runs that could know. */
  contact: contact.optional(),
  readings: z.array(reading),
});

/** What `GET /devices` on the gateway's local socket answers: each device of the site plan with its latest readings. */
export const devicesSchema = z.object({
  schema: z.literal('loadgate.devices/1'),
  siteId: z.string(),
  at: z.string(),
  runningMs: z.number(),
  devices: z.array(device),
});

export type Devices = z.infer<typeof devicesSchema>;
export type DeviceDescription = Devices['devices'][number];
export type DeviceContact = NonNullable<DeviceDescription['contact']>;
export type DescribedReading = DeviceDescription['readings'][number];
export type DescribedModel = DeviceDescription['model'];
