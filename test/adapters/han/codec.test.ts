import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DrlcMessage } from '../../../src/adapters/han/drlcMessages.ts';
import { EVENT_STATUS, type EventStatusCode } from '../../../src/adapters/han/eventStatus.ts';
import { ieeeFromWire, ieeeToWire, readIeeeAddress } from '../../../src/adapters/han/ieeeAddress.ts';
import { decodeZclFrame, encodeZclFrame } from '../../../src/adapters/han/zclFrame.ts';
import { decodeZcl, encodeZcl, type ZclBody } from '../../../src/adapters/han/zclMessages.ts';

const octet = fc.integer({ min: 0, max: 0xff });
const word = fc.integer({ min: 0, max: 0xffff });
const long = fc.integer({ min: 0, max: 0xffff_ffff });
const temperature = fc.integer({ min: -0x7fff, max: 0x7fff });
const percent = fc.integer({ min: -100, max: 100 });
const status = fc.constantFrom(...(Object.keys(EVENT_STATUS).map(Number) as EventStatusCode[]));

const optional = { requiredKeys: ['kind', 'issuerEventId', 'eventControl'] } as const;
const applied = {
  coolingSetPointHundredthC: temperature,
  heatingSetPointHundredthC: temperature,
  averageLoadPercent: percent,
  dutyCyclePercent: fc.integer({ min: 0, max: 100 }),
};

const fromServer = fc.oneof(
  fc.record(
    {
      kind: fc.constant('loadControlEvent' as const),
      issuerEventId: long,
      deviceClass: word,
      enrolmentGroup: octet,
      startTimeS: long,
      durationMinutes: word,
      criticality: octet,
      coolingOffsetTenthC: fc.integer({ min: 0, max: 0xfe }),
      heatingOffsetTenthC: fc.integer({ min: 0, max: 0xfe }),
      ...applied,
      eventControl: octet,
    },
    {
      requiredKeys: [
        ...optional.requiredKeys,
        'deviceClass',
        'enrolmentGroup',
        'startTimeS',
        'durationMinutes',
        'criticality',
      ],
    },
  ),
  fc.record({
    kind: fc.constant('cancelEvent' as const),
    issuerEventId: long,
    deviceClass: word,
    enrolmentGroup: octet,
    cancelControl: octet,
    effectiveTimeS: long,
  }),
  fc.record({ kind: fc.constant('cancelAllEvents' as const), cancelControl: octet }),
);

const signature = fc.oneof(
  fc.constant({ signatureType: 0 }),
  fc.record({
    signatureType: fc.constantFrom(0, 1),
    signature: fc.uint8Array({ minLength: 42, maxLength: 42 }),
  }),
);

const fromClient = fc.oneof(
  fc
    .tuple(
      fc.record(
        {
          kind: fc.constant('reportEventStatus' as const),
          issuerEventId: long,
          status,
          statusTimeS: long,
          criticalityApplied: octet,
          ...applied,
          eventControl: octet,
        },
        { requiredKeys: [...optional.requiredKeys, 'status', 'statusTimeS', 'criticalityApplied'] },
      ),
      signature,
    )
    .map(([report, signed]) => ({ ...report, ...signed })),
  fc.record(
    {
      kind: fc.constant('getScheduledEvents' as const),
      startTimeS: long,
      count: octet,
      issuerEventId: long,
    },
    { requiredKeys: ['kind', 'startTimeS', 'count'] },
  ),
);

const global = fc.oneof(
  fc.record({
    kind: fc.constant('readAttributes' as const),
    attributes: fc.array(word, { minLength: 1, maxLength: 20 }),
  }),
  fc.record({
    kind: fc.constant('attributesRead' as const),
    values: fc.array(fc.tuple(word, word), { maxLength: 10 }).map((entries) => new Map(entries)),
  }),
  fc.record({ kind: fc.constant('defaultResponse' as const), command: octet, status: octet }),
);

function roundTrip(body: ZclBody, isFromServer: boolean, transaction: number): void {
  const envelope = { transaction, isFromServer, wantsNoDefaultResponse: transaction % 2 === 0 };
  const decoded = decodeZcl(encodeZcl(envelope, body));
  expect(decoded).toMatchObject({ ok: true, value: { ...envelope } });
  if (decoded.ok) expect(decoded.value.body).toEqual(body);
}

describe('a message of demand response and load control', () => {
  it('of the server comes out as it went in', () => {
    fc.assert(
      fc.property(fromServer, octet, (body, transaction) =>
        roundTrip(body as DrlcMessage, true, transaction),
      ),
    );
  });

  it('of the client comes out as it went in', () => {
    fc.assert(
      fc.property(fromClient, octet, (body, transaction) =>
        roundTrip(body as DrlcMessage, false, transaction),
      ),
    );
  });

  it('that every cluster knows comes out as it went in, in both directions', () => {
    fc.assert(
      fc.property(global, fc.boolean(), octet, (body, isFromServer, transaction) =>
        roundTrip(body, isFromServer, transaction),
      ),
    );
  });

  it('of random octets is refused with a reason or understood, and never throws', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(
          fc.constantFrom(0, 1, 8, 9, 0x18),
          octet,
          fc.integer({ min: 0, max: 12 }),
          fc.uint8Array({ maxLength: 64 }),
        )
        .map(([control, transaction, command, rest]) =>
          Uint8Array.from([control, transaction, command, ...rest]),
        ),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        const decoded = decodeZcl(bytes);
        if (!decoded.ok) expect(decoded.reason.length).toBeGreaterThan(5);
      }),
      { numRuns: 5_000 },
    );
  });

  it('one octet longer or shorter is refused', () => {
    fc.assert(
      fc.property(fromServer, (body) => {
        const bytes = encodeZcl(
          { transaction: 1, isFromServer: true, wantsNoDefaultResponse: false },
          body as DrlcMessage,
        );
        expect(decodeZcl(bytes.slice(0, -1)).ok).toBe(false);
        expect(decodeZcl(Uint8Array.from([...bytes, 0])).ok).toBe(false);
      }),
    );
  });

  it('is little-endian, octet by octet', () => {
    const bytes = encodeZcl(
      { transaction: 0x21, isFromServer: true, wantsNoDefaultResponse: false },
      {
        kind: 'loadControlEvent',
        issuerEventId: 0x0102_0304,
        deviceClass: 0x0404,
        enrolmentGroup: 0,
        startTimeS: 0x1122_3344,
        durationMinutes: 1440,
        criticality: 7,
        dutyCyclePercent: 0,
        eventControl: 0,
      },
    );
    expect(Buffer.from(bytes).toString('hex')).toBe('0921000403020104040044332211a00507ffff00800080800000');
  });

  it.each([
    ['nothing', '', 'at least 3 octets'],
    ["a manufacturer's command", '0d010000', "manufacturer's own"],
    ['reserved bits', '81010000', 'reserved values'],
    ['a reserved frame type', '02010000', 'reserved values'],
    ['an unknown command of the server', '090103', 'no command 0x3 of the server'],
    ['an unknown command of the client', '010107', 'no command 0x7 of the client'],
    ['an unknown global command', '000120', 'global command 0x20'],
    ['half an attribute number', '00010000', 'whole attribute numbers'],
    ['an attribute of a text type', '0001010300004203414243', 'attribute type 0x42'],
    ['an attribute that is cut off', '00010103000021ff', 'cut off'],
    ['a default response without status', '00010b00', 'expected 2 octets'],
    ['an unknown status', `010100${'01000000'}42${'00'.repeat(13)}`, 'status 0x42'],
    ['a signature that is missing', `010100${'01000000'}01${'00'.repeat(12)}01`, 'signature is missing'],
    ['a signature of an unknown type', `010100${'01000000'}01${'00'.repeat(12)}02`, 'signature type 2'],
  ])('with %s is refused, and it says why', (_what, hex, reason) => {
    expect(decodeZcl(Buffer.from(hex, 'hex'))).toEqual({
      ok: false,
      reason: expect.stringContaining(reason),
    });
  });

  it('whose attribute the switch does not have is an answer all the same', () => {
    expect(decodeZcl(Buffer.from('000101030086', 'hex'))).toMatchObject({
      ok: true,
      value: { body: { values: new Map() } },
    });
  });
});

it('a frame header comes out as it went in', () => {
  const header = fc.record({
    scope: fc.constantFrom('global' as const, 'cluster' as const),
    isFromServer: fc.boolean(),
    wantsNoDefaultResponse: fc.boolean(),
    transaction: octet,
    command: octet,
    body: fc.uint8Array({ maxLength: 90 }),
  });
  fc.assert(
    fc.property(header, (frame) => {
      expect(decodeZclFrame(encodeZclFrame(frame))).toEqual({ ok: true, value: frame });
    }),
  );
});

describe('a 64-bit address', () => {
  it('is taken as labels print it', () => {
    for (const text of ['00124B0001ABCDEF', '0x00124b0001abcdef', '00:12:4b:00:01:ab:cd:ef']) {
      expect(readIeeeAddress(text)).toBe('00124b0001abcdef');
    }
    for (const text of ['', '00124b0001abcde', '00124b0001abcdeg'])
      expect(readIeeeAddress(text)).toBeUndefined();
  });

  it('goes over the wire with its last octet first', () => {
    expect(ieeeToWire('00124b0001abcdef')[0]).toBe(0xef);
    expect(ieeeFromWire(Uint8Array.from(ieeeToWire('00124b0001abcdef')))).toBe('00124b0001abcdef');
  });
});
