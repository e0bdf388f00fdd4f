import { z } from 'zod';
import { POINT_NAME_LIST, POINT_NAME_PATTERN } from './pointNames.ts';
import { REGISTER_UNIT_PATTERN } from './units.ts';

/** Registers and addresses may be written as the manual prints them: 1008 or "0x03F0". */
const word = z
  .union([z.int().min(0).max(0xffff), z.string().regex(/^0x[0-9A-Fa-f]{1,4}$/)])
  .transform(Number)
  .describe('0 to 65535, or hexadecimal text such as "0x00FF"');
const address = word.describe('0-based address as on the wire; a number, or text such as "0x0156"');
const sentence = z.string().min(3);
const durationMs = z.int().min(0).max(86_400_000);
const unit = z
  .string()
  .regex(
    REGISTER_UNIT_PATTERN,
    'expected the unit of one register step, such as "mA", "0.1 A", "kWh", "s" or "none"',
  )
  .describe('unit of one register step as the maker gives it: "mA", "0.1 A", "kWh", "s", "none"');
const pointName = z
  .string()
  .regex(POINT_NAME_PATTERN, `not a point of the gateway; known are: ${POINT_NAME_LIST}`);
const writeFunction = z.union([z.literal(5), z.literal(6), z.literal(15), z.literal(16)]);

const source = z.strictObject({
  title: sentence.describe('the document or project, by its own name'),
  edition: z.string().optional().describe('version or date as printed'),
  where: sentence.describe('page, table or file'),
});

const link = z.discriminatedUnion('transport', [
  z.strictObject({
    transport: z.literal('tcp'),
    port: z.int().min(1).max(65_535),
    unit: z.int().min(0).max(255),
  }),
  z.strictObject({
    transport: z.literal('rtu'),
    baudRate: z.int().min(300).max(1_000_000),
    parity: z.enum(['none', 'even', 'odd']),
    stopBits: z.union([z.literal(1), z.literal(2)]),
    unit: z.int().min(1).max(247),
  }),
]);

const timing = z.strictObject({
  timeoutMs: durationMs.min(20).describe('longest wait for an answer'),
  silenceMs: durationMs.describe(
    'silence that the maker wants before each request; 0: none beyond the protocol',
  ),
  readSpacingMs: durationMs.describe('least time from one read to the next; 0: none'),
  writeSpacingMs: durationMs.describe('least time between any two writes that do not narrow; 0: none'),
});

const block = z.strictObject({
  function: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  address,
  count: z.int().min(1).max(2000).describe('registers or bits read in one request'),
  group: z.enum(['fast', 'slow']).describe('fast is always read first; slow shares the slots that remain'),
  cadenceMs: durationMs.min(100).describe('how often it should be read'),
});

const wordOrder = z.enum(['mostSignificantFirst', 'leastSignificantFirst']);
const registerType = z.enum(['u16', 'i16', 'u32', 'i32', 'u64', 'i64', 'f32']);

const numberPoint = z.strictObject({
  is: z.literal('number'),
  block: z.string(),
  address,
  type: registerType,
  unit,
  wordOrder: wordOrder.optional(),
  positive: z
    .enum(['import', 'export'])
    .optional()
    .describe('what a positive register means; import if left out'),
  notAvailable: z
    .array(z.array(word).min(1))
    .optional()
    .describe('words in the order of the wire by which the device says that it has no value'),
  plausible: z
    .tuple([z.number(), z.number()])
    .describe('least and most that is physically possible, in the unit of the point'),
});

const bitPoint = z.strictObject({
  is: z.literal('bit').describe('a coil or discrete input: 1 is true'),
  block: z.string(),
  address,
});

const condition = z.strictObject({
  is: z.array(z.int()).min(1).optional(),
  bitsSet: z.int().min(1).optional().describe('mask of bits that must all be set'),
  bitsClear: z.int().min(1).optional().describe('mask of bits that must all be clear'),
});

const rulesPoint = z.strictObject({
  is: z
    .literal('rules')
    .describe('a state from one or several registers; the first rule that fits, else unknown'),
  inputs: z.record(
    z.string(),
    z.strictObject({
      block: z.string(),
      address,
      type: z.enum(['u16', 'u32']),
      wordOrder: wordOrder.optional(),
    }),
  ),
  rules: z
    .array(
      z.strictObject({
        when: z.record(z.string(), condition),
        becomes: z.union([z.boolean(), z.enum(['A', 'B', 'C', 'D', 'E', 'F'])]),
      }),
    )
    .min(1),
});

const setChargeCurrent = z.strictObject({
  function: z.union([z.literal(6), z.literal(16)]),
  address,
  unit,
  minimumA: z.number().min(0).describe('least current that charges; below it 0 is sent'),
  maximumA: z.number().positive().describe('most that the register takes; more is cut to it'),
  stepA: z.number().positive().describe('least step that the device can tell apart; rounded down to it'),
  zeroMeans: z
    .literal('paused')
    .describe('0 pauses and never means "no limit"; a device where it does is not fit'),
});

const switchWrite = z.strictObject({
  function: writeFunction,
  address: address.describe('address for the first channel; the others follow one by one'),
  word,
});

const setSwitch = z.strictObject({
  firstChannel: z.int().min(0).describe('number of the first channel as printed on the device'),
  channels: z.int().min(1).max(256),
  closed: switchWrite.describe('what closes the contact, so that the load has current'),
  open: switchWrite.describe('what opens the contact'),
  closedHoldsMs: durationMs
    .optional()
    .describe('the device opens by itself this long after the last "closed"; left out: it stays closed'),
});

const allowance = z.strictObject({
  function: writeFunction,
  address,
  addresses: z.int().min(1).max(256).default(1).describe('how many addresses in a row this is for'),
  values: z
    .array(z.strictObject({ from: word, to: word }))
    .min(1)
    .describe('raw words that may be sent, as ranges'),
  wear: z.enum(['ram', 'kept']).describe('kept: held in memory that wears with each write'),
  leastSpacingMs: durationMs.describe('least time between two widening writes to this register'),
  dailyBudget: z
    .int()
    .min(1)
    .optional()
    .describe('for kept registers: most writes in a day that do not narrow'),
});

const forbidden = z.strictObject({
  function: writeFunction.optional().describe('left out: by any function'),
  address,
  addresses: z.int().min(1).max(65_536).default(1),
  values: z.array(word).optional().describe('only these words; left out: any'),
  why: sentence,
});

const preparation = z.strictObject({ function: writeFunction, address, word, why: sentence });

const fallback = z.strictObject({
  current: z.strictObject({
    function: z.union([z.literal(6), z.literal(16)]),
    address,
    unit,
    minimumA: z.number().min(0),
    maximumA: z.number().positive(),
    zeroMeans: z.enum(['stopsCharging', 'notAllowed']),
  }),
  timeout: z.strictObject({
    function: z.union([z.literal(6), z.literal(16)]),
    address,
    unit,
    minimumMs: durationMs.min(1),
    maximumMs: durationMs,
    zeroMeans: sentence.describe('what the device does with 0; it is never written'),
  }),
});

const watchdog = z.strictObject({
  fedBy: z.enum(['anyFrame', 'write', 'register', 'refreshedCommand', 'nothing']),
  fallsTo: sentence,
  isSafe: z.boolean().describe('true when a dead gateway leaves the load within what was planned'),
});

const vectorRegisters = z.strictObject({ block: z.string(), address, words: z.array(word).min(1) });
const readVector = z.strictObject({
  says: sentence,
  registers: z.array(vectorRegisters).min(1).describe('all other registers of these blocks are 0'),
  readings: z
    .record(pointName, z.union([z.number(), z.boolean(), z.string()]))
    .describe('a value, or "unknown"'),
});
const writeVector = z.strictObject({
  says: sentence,
  action: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('setChargeCurrent'), currentA: z.number() }),
    z.strictObject({
      kind: z.literal('setSwitch'),
      relayChannel: z.int(),
      position: z.enum(['open', 'closed']),
    }),
    z.strictObject({ kind: z.literal('secureFallback'), currentA: z.number(), timeoutMs: z.number() }),
  ]),
  requests: z
    .array(z.strictObject({ function: writeFunction, address, values: z.array(word) }))
    .describe('in the order they are sent; empty: refused'),
});

/** A device as data: the content of one file in drivers/. The file's name is the profile's id. */
export const profileSchema = z.strictObject({
  $schema: z.string().optional(),
  maker: sentence,
  model: sentence,
  kind: z.enum(['meter', 'chargePoint', 'relay']),
  sources: z.array(source).min(1),
  confidence: z.enum(['vendor doc', 'two independent sources', 'one source']),
  link,
  timing,
  wordOrder,
  blocks: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), block),
  points: z.record(pointName, z.discriminatedUnion('is', [numberPoint, bitPoint, rulesPoint])),
  absent: z
    .array(pointName)
    .optional()
    .describe('points that a reader could expect and that the device has not'),
  commands: z.strictObject({
    setChargeCurrent: setChargeCurrent.optional(),
    setSwitch: setSwitch.optional(),
  }),
  writes: z.array(allowance).describe('the only writes that may ever be sent'),
  neverWrite: z.array(forbidden).describe('writes within reach that do harm; `writes` may not touch them'),
  prepare: z.array(preparation).describe('written at first contact and after each failure period'),
  fallback: fallback.optional(),
  watchdog,
  refreshEveryMs: durationMs
    .min(1000)
    .optional()
    .describe('a command must be repeated this often or it lapses'),
  quirks: z.array(sentence),
  vectors: z.strictObject({ reads: z.array(readVector), writes: z.array(writeVector) }),
});

export type ProfileData = z.output<typeof profileSchema>;
export type PointData = ProfileData['points'][string];
export type BlockData = ProfileData['blocks'][string];
export type Allowance = ProfileData['writes'][number];
export type WriteFunction = Allowance['function'];
