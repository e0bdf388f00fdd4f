import { z } from 'zod';
import {
  allowance,
  fallback,
  forbidden,
  keepAlive,
  preparation,
  setChargeCurrent,
  setPhases,
  setPowerLimit,
  setSignedPower,
  setSwitch,
  watchdog,
} from './commandSchema.ts';
import { block, fingerprint, point, requirement } from './readSchema.ts';
import { address, durationMs, pointName, sentence, word, wordOrder, writeFunction } from './schemaParts.ts';

const source = z.strictObject({
  title: sentence.describe('the document or project, by its own name'),
  edition: z.string().optional().describe('version or date as printed'),
  where: sentence.describe('page, table or file'),
});

const tcpLink = z.strictObject({
  transport: z.literal('tcp'),
  port: z.int().min(1).max(65_535),
  unit: z.int().min(0).max(255),
  // A device refuses the client beyond: diagnostic tools must stay away.
  clients: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('how many TCP clients it takes at once; left out: not stated'),
});
const rtuLink = z.strictObject({
  transport: z.literal('rtu'),
  baudRate: z.int().min(300).max(1_000_000),
  parity: z.enum(['none', 'even', 'odd']),
  stopBits: z.union([z.literal(1), z.literal(2)]),
  unit: z.int().min(1).max(247),
});
const link = z.discriminatedUnion('transport', [tcpLink, rtuLink]);

const timing = z.strictObject({
  timeoutMs: durationMs.min(20).describe('longest wait for an answer'),
  silenceMs: durationMs.describe(
    'silence that the maker wants before each request; 0: none beyond the protocol',
  ),
  readSpacingMs: durationMs.describe('least time from one read to the next; 0: none'),
  writeSpacingMs: durationMs.describe('least time between any two writes that do not narrow; 0: none'),
  mostRegistersPerRead: z
    .int()
    .min(1)
    .max(125)
    .optional()
    .describe('most registers that the maker answers in one request; 125 if left out'),
  readsAcrossGaps: z
    .boolean()
    .optional()
    .describe(
      'the registers between the blocks may be read: blocks are joined where that is cheaper than asking again',
    ),
  reconnectMs: durationMs
    .optional()
    .describe('for TCP: least time before a lost connection is made again, where the maker wants one'),
});

const vectorRegisters = z.strictObject({ block: z.string(), address, words: z.array(word).min(1) });
const readVector = z.strictObject({
  says: sentence,
  registers: z.array(vectorRegisters).min(1).describe('all other registers of these blocks are 0'),
  readings: z
    .record(pointName, z.union([z.number(), z.boolean(), z.string()]))
    .describe('a value, or "unknown"'),
});
const effect = z
  .enum(['narrowing', 'widening'])
  .optional()
  .describe('how it is sent; narrowing if left out. Only a widening sends `resume`');
const writeVector = z.strictObject({
  says: sentence,
  given: z
    .array(vectorRegisters)
    .optional()
    .describe(
      'registers that were read before, where the command needs them (scale factors, ratings, direction)',
    ),
  action: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('setChargeCurrent'), currentA: z.number(), effect }),
    z.strictObject({
      kind: z.literal('setSwitch'),
      relayChannel: z.int(),
      position: z.enum(['open', 'closed']),
    }),
    z.strictObject({
      kind: z.literal('setPowerLimit'),
      powerW: z.number().optional().describe('left out: released'),
      effect,
    }),
    z.strictObject({ kind: z.literal('setPhases'), phases: z.union([z.literal(1), z.literal(3)]) }),
    z.strictObject({ kind: z.literal('secureFallback'), currentA: z.number(), timeoutMs: z.number() }),
    z.strictObject({ kind: z.literal('keepAlive') }),
  ]),
  requests: z
    .array(
      z.strictObject({
        function: writeFunction,
        address: address.describe('within a model: the offset from its id'),
        values: z.array(word),
      }),
    )
    .describe('in the order they are sent; empty: refused'),
});

/** A device as data: the content of one file in drivers/. The file's name is the profile's id. */
export const profileSchema = z.strictObject({
  $schema: z.string().optional(),
  maker: sentence,
  model: sentence,
  kind: z.enum(['meter', 'chargePoint', 'relay', 'inverter']),
  sources: z.array(source).min(1),
  confidence: z.enum(['vendor doc', 'two independent sources', 'one source']),
  link,
  otherLinks: z
    .array(link)
    .optional()
    .describe('other ways to reach the same map: another wire, or the settings that sellers ship'),
  timing,
  wordOrder,
  sunSpec: z
    .strictObject({
      bases: z.array(word).min(1).describe('addresses where the chain may begin, in this order'),
    })
    .optional()
    .describe(
      'the map is a chain of SunSpec models: blocks name their model, and the chain is walked at first contact',
    ),
  fingerprint: z
    .array(fingerprint)
    .describe('by which a scan knows the device; all must hold. Empty: it cannot be told apart'),
  requires: z
    .array(requirement)
    .optional()
    .describe(
      'looked at when contact begins; where one does not hold, nothing of the device is believed or written',
    ),
  blocks: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), block),
  points: z.record(pointName, point),
  absent: z
    .array(pointName)
    .optional()
    .describe('points that a reader could expect and that the device has not'),
  commands: z.strictObject({
    setChargeCurrent: setChargeCurrent.optional(),
    setSwitch: setSwitch.optional(),
    setPowerLimit: setPowerLimit.optional(),
    setSignedPower: setSignedPower.optional(),
    setPhases: setPhases.optional(),
  }),
  writes: z.array(allowance).describe('the only writes that may ever be sent'),
  neverWrite: z.array(forbidden).describe('writes within reach that do harm; `writes` may not touch them'),
  prepare: z.array(preparation).describe('written at first contact and after each failure period'),
  fallback: fallback.optional(),
  watchdog,
  keepAlive: keepAlive.optional().describe('sent from finished cycles only'),
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
