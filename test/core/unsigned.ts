import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { topicOf } from '../../src/contract/topics.ts';
import { EMPTY_MEMORY, type Memory } from '../../src/core/memory.ts';
import type { Limit } from '../../src/domain/limit.ts';
import type { BusMessage } from '../../src/ports/bus.ts';
import { makeKeys, makeSigner } from '../support/keys.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import type { Subject } from './mutants/brokenCore.ts';
import { moments } from './world.ts';

const TOPICS = [
  'curtailment',
  'curtailmentSchedule',
  'noCurtailment',
  'curtailmentCancel',
  'heartbeat',
] as const;

const KEYS = makeKeys();
/** Under the name of the party, but another key. */
const IMPOSTOR = makeSigner(KEYS.party.keyId);
const STRANGER = makeSigner();

/** Ways to send a command without being the one who may give it. */
const SPELLINGS: readonly ((payload: unknown) => string)[] = [
  (payload) => JSON.stringify(payload) ?? '',
  (payload) => IMPOSTOR.sign(payload),
  (payload) => STRANGER.sign(payload),
  (payload) => KEYS.distributor.sign(payload),
  (payload) => KEYS.root.sign(payload),
  (payload) => KEYS.party.sign(payload, { alg: 'none' }),
  (payload) => KEYS.party.sign(payload, { jwk: { kty: 'OKP', crv: 'Ed25519', x: STRANGER.publicKey } }),
  (payload) => KEYS.party.sign(payload).replace(/\.[^.]*$/, '.'),
  (payload) => KEYS.party.sign(payload).replace(/\.[^.]*$/, ''),
];

/** What anybody who reaches the broker might send: well-formed commands, odd ones, and what is none at all. */
function message(): fc.Arbitrary<{ topic: string; payload: Uint8Array; isRetained: boolean }> {
  const head = { gatewayId: fc.constant('home'), issuedAt: fc.constant('2026-01-05T00:00:00Z') };
  const id = fc.constantFrom('one', 'two', 'three');
  const curtailment = fc.record({
    schema: fc.constant('loadgate.curtailment/1'),
    ...head,
    id,
    direction: fc.constantFrom('import', 'export'),
    basis: fc.constantFrom('phaseCurrentA', 'activePowerW'),
    ceiling: fc.constantFrom(0, 6, 500),
    durationSeconds: fc.constantFrom(60, 3600),
    reason: fc.constant('somebody'),
  });
  const cancel = fc.record({
    schema: fc.constant('loadgate.curtailment-cancel/1'),
    ...head,
    id,
    reason: fc.constant('over'),
  });
  const none = fc.record({
    schema: fc.constant('loadgate.no-curtailment/1'),
    ...head,
    id,
    reason: fc.constant('none'),
  });
  const heartbeat = fc.record({
    schema: fc.constant('loadgate.heartbeat/1'),
    gatewayId: fc.constant('home'),
    sentAt: fc.constant('2026-01-05T00:00:00Z'),
    sequence: fc.nat(),
  });
  const content = fc.oneof(
    fc.tuple(fc.constant<(typeof TOPICS)[number]>('curtailment'), curtailment),
    fc.tuple(fc.constant<(typeof TOPICS)[number]>('curtailmentCancel'), cancel),
    fc.tuple(fc.constant<(typeof TOPICS)[number]>('noCurtailment'), none),
    fc.tuple(fc.constant<(typeof TOPICS)[number]>('heartbeat'), heartbeat),
    fc.tuple(fc.constantFrom(...TOPICS), fc.jsonValue()),
  );
  return fc
    .record({ content, spell: fc.constantFrom(...SPELLINGS), isRetained: fc.boolean() })
    .map(({ content: [name, body], spell, isRetained }) => ({
      topic: topicOf('home', name),
      payload: Buffer.from(spell(body)),
      isRetained,
    }));
}

/**
 * Law 9: no sequence of messages without a valid signature changes a set-point. Two homes live through the same, one of them
 * with messages coming in; they must never differ.
 * @returns the messages that were sent
 */
export async function law9(
  { judgement, Inbox }: Subject,
  { messages, seed }: { messages: number; seed: number },
): Promise<number> {
  const inputs = fc.sample(moments('simultaneous'), { numRuns: 50, seed });
  const sent = fc.sample(message(), { numRuns: messages, seed });
  const handlers = new Map<string, (message: BusMessage) => Promise<void>>();
  const clock = new SteppedClock();
  let limits: readonly Limit[] = [];
  let contact: { heartbeatAtMs?: number; controlAtMs?: number } = {};
  new Inbox({
    gatewayId: 'home',
    bus: {
      subscribe: (topic: string, handle: (message: BusMessage) => Promise<void>) =>
        void handlers.set(topic, handle),
    },
    clock,
    log: new RecordingLog(),
    circuits: [{ circuitId: 'supply', ratingA: 60, derating: 1 }],
    areaIds: [],
    trust: KEYS.trust,
    verify: createSignatureReader(),
    onRestriction: async () => {},
    onRestrictionRefused: async () => {},
    onTrust: async () => {},
    onControl: async (given: readonly Limit[]) => {
      limits = given;
      contact = { ...contact, controlAtMs: clock.runningMs() };
    },
    onCancel: async () => {
      limits = [];
    },
    whyNoControl: () => undefined,
    onHeartbeat: async () => {
      contact = { ...contact, heartbeatAtMs: clock.runningMs() };
    },
    onEvent: () => {},
  });
  let [memory, quiet]: Memory[] = [EMPTY_MEMORY, EMPTY_MEMORY] as [Memory, Memory];
  for (const [index, { topic, payload, isRetained }] of sent.entries()) {
    await handlers.get(topic)?.({ topic, payload, ...(isRetained ? { isRetained } : {}) });
    const input = inputs[Math.floor((index * inputs.length) / sent.length)] as (typeof inputs)[number];
    const disturbed = judgement.decide({ ...input, limits, party: contact, memory });
    const alone = judgement.decide({ ...input, limits: [], party: {}, memory: quiet });
    deepStrictEqual(
      disturbed.commands,
      alone.commands,
      `message ${index} to ${topic} changed what is commanded`,
    );
    deepStrictEqual(
      { limits, contact },
      { limits: [], contact: {} },
      `message ${index} to ${topic} was obeyed`,
    );
    [memory, quiet] = [disturbed.memory, alone.memory];
  }
  return sent.length;
}
