import { beforeEach, describe, expect, it } from 'vitest';
import { ALL, CANCEL, CANCELLATION, CONTROLS, InboxDesk, KEYS, REQUEST, VALID } from './inboxDesk.ts';

let desk: InboxDesk;

beforeEach(() => {
  desk = new InboxDesk();
});

describe('inbox', () => {
  it('hands a curtailment on as a limit, zero as zero', async () => {
    desk.open();
    await desk.receive(REQUEST);
    expect(desk.obeyed).toMatchObject([{ id: 'evening-1', limits: [{ ceiling: 0, circuitId: 'cutOut' }] }]);
    expect(desk.events).toEqual([]);
  });

  it('refuses every command that nobody has signed, and says so', async () => {
    desk.open();
    for (const [index, topic] of CONTROLS.entries()) {
      await desk.receiveBytes(JSON.stringify(VALID[index]), topic);
    }
    expect(desk.hasObeyedNothing()).toBe(true);
    expect(desk.events).toEqual(
      CONTROLS.map((topic) => ({
        kind: 'controlRefused',
        topic,
        cause: expect.stringContaining('not signed'),
      })),
    );
  });

  it('refuses what was signed for another home', async () => {
    desk.open();
    for (const [index, topic] of CONTROLS.entries()) {
      await desk.receive({ ...VALID[index], gatewayId: 'home-2' }, topic);
    }
    expect(desk.hasObeyedNothing()).toBe(true);
    expect(desk.causes()).toEqual(CONTROLS.map(() => expect.stringContaining('for the gateway "home-2"')));
  });

  it('obeys only the party that the site plan names', async () => {
    desk.open({ partyId: 'somebody-else' });
    await desk.receive(REQUEST);
    expect(desk.obeyed).toEqual([]);
    expect(desk.causes()).toEqual([expect.stringContaining('the site plan names "somebody-else"')]);
    desk.open({ partyId: 'party' });
    await desk.receive(REQUEST);
    expect(desk.obeyed).toHaveLength(1);
  });

  it.each([
    ['a day and a second old', '2026-01-03T23:59:59Z', /more than 24 hours ago/],
    ['a day old', '2026-01-04T00:00:00Z', undefined],
    ['five minutes ahead', '2026-01-05T00:05:00Z', undefined],
    ['five minutes and a second ahead', '2026-01-05T00:05:01Z', /more than 5 minutes ahead/],
  ])('judges by a right clock a command that is %s', async (_, issuedAt, cause) => {
    desk.open();
    for (const [index, topic] of CONTROLS.entries()) {
      if (VALID[index] !== undefined && 'issuedAt' in VALID[index]) {
        await desk.receive({ ...VALID[index], issuedAt }, topic);
      }
    }
    const refused = [1, 2, 3, 4].map(() => expect.stringMatching(cause ?? /^$/));
    expect(desk.causes()).toEqual(cause === undefined ? [] : refused);
  });

  it('does not judge the age of a command by a clock that may be wrong', async () => {
    desk.clock.clockLevel = 'coarse';
    desk.open();
    await desk.receive({ ...REQUEST, issuedAt: '2020-01-01T00:00:00Z' });
    expect(desk.obeyed).toHaveLength(1);
  });

  it('obeys the same id once, however often it comes', async () => {
    desk.open();
    await Promise.all([desk.receive(REQUEST), desk.receive(REQUEST)]);
    await desk.receive({ ...REQUEST, newField: 'of a later version' });
    expect(desk.obeyed).toHaveLength(1);
    expect(desk.events).toEqual([]);
  });

  it('knows the ids of its earlier life', async () => {
    desk.open({ knownIds: ['evening-1'] });
    await desk.receive(REQUEST);
    expect(desk.obeyed).toEqual([]);
  });

  it('refuses an id that comes again with other content', async () => {
    desk.open();
    await desk.receive(REQUEST);
    await desk.receive({ ...REQUEST, ceiling: 60 });
    expect(desk.obeyed).toHaveLength(1);
    expect(desk.causes()).toEqual([expect.stringContaining('used before with other content')]);
  });

  it('acknowledges only after the gateway has taken the curtailment, and not at all when it could not', async () => {
    let isWilling = false;
    desk.open({
      onControl: async (limits, id) => {
        if (!isWilling) throw new Error('no room');
        desk.obeyed.push({ limits, id });
      },
    });
    await expect(desk.receive(REQUEST)).rejects.toThrow('no room');
    isWilling = true;
    await desk.receive(REQUEST);
    expect(desk.obeyed).toHaveLength(1);
  });

  it('a cancel ends a curtailment, and one that comes after its cancel never takes hold', async () => {
    desk.open();
    await desk.receive(CANCELLATION, CANCEL);
    await desk.receive(REQUEST);
    expect(desk.cancelled).toEqual(['evening-1']);
    expect(desk.obeyed).toEqual([]);
  });

  it('acknowledges a cancel only after the gateway has taken it', async () => {
    desk.open({
      onCancel: async () => {
        throw new Error('no room');
      },
    });
    await expect(desk.receive(CANCELLATION, CANCEL)).rejects.toThrow('no room');
  });

  it('refuses a retained command, which would come again at every start', async () => {
    desk.open();
    for (const [index, topic] of CONTROLS.entries()) {
      await desk.receiveBytes(KEYS.party.sign(VALID[index]), topic, true);
    }
    expect(desk.hasObeyedNothing()).toBe(true);
    expect(desk.causes()).toEqual(CONTROLS.map(() => expect.stringContaining('retain')));
  });

  const { ceiling: _ceiling, ...withoutCeiling } = REQUEST;
  it.each([
    ['a ceiling that is missing', withoutCeiling, /^ceiling: .*undefined/],
    ['a ceiling that is null', { ...REQUEST, ceiling: null }, /^ceiling: /],
    ['a ceiling in text', { ...REQUEST, ceiling: '0' }, /^ceiling: /],
    ['a negative ceiling', { ...REQUEST, ceiling: -1 }, /^ceiling: /],
    ['a start that is null', { ...REQUEST, startsAt: null }, /^startsAt: /],
    ['a start without a time zone', { ...REQUEST, startsAt: '2026-01-05T12:00:00' }, /^startsAt: /],
    ['no duration', { ...REQUEST, durationSeconds: 0 }, /^durationSeconds: /],
    ['more than a day', { ...REQUEST, durationSeconds: 86_401 }, /^durationSeconds: /],
    ['a basis of another kind', { ...REQUEST, basis: 'percent' }, /^basis: /],
    ['a reason that steers a terminal', { ...REQUEST, reason: '\u001b[2J' }, /^reason: /],
    [
      'a later version',
      { ...REQUEST, schema: 'loadgate.curtailment/2' },
      /curtailment\/2.*reads "loadgate.curtailment\/1"/,
    ],
    ['no version', { ...REQUEST, schema: undefined }, /^schema is missing/],
    ['a list', [REQUEST], /^schema is missing/],
    ['null', null, /^schema is missing/],
    ['text that is not JSON', '{', /^its payload is not JSON/],
    ['an issue that is missing', { ...REQUEST, issuedAt: undefined }, /^issuedAt: /],
    ['a gateway that is missing', { ...REQUEST, gatewayId: undefined }, /^gatewayId: /],
    ['a circuit that is not there', { ...REQUEST, circuit: 'attic' }, /attic/],
    ['a circuit that steers a terminal', { ...REQUEST, circuit: '\u001b[2J' }, /^circuit "\?\[2J"/],
    ['a randomisation by nobody', { ...REQUEST, randomisedBy: '' }, /^randomisedBy: /],
  ])('refuses %s with its cause', async (_case, message, cause) => {
    desk.open();
    await desk.receive(message);
    expect(desk.obeyed).toEqual([]);
    expect(desk.causes()).toEqual([expect.stringMatching(cause)]);
  });

  it.each([
    ['bytes that are no text', Buffer.from([0x22, 0xff, 0x22]), /not signed/],
    ['nothing', Buffer.alloc(0), /no compact JWS/],
    ['a flood', Buffer.alloc(16_385, 'a'), /16385 bytes/],
    ['a good command with a line break behind it', `${KEYS.party.sign(REQUEST)}\n`, /no compact JWS/],
  ])('refuses %s with its cause, on every topic', async (_case, bytes, cause) => {
    desk.open();
    for (const topic of CONTROLS) await desk.receiveBytes(bytes, topic);
    for (const topic of ALL) await desk.receiveBytes(bytes, topic);
    expect(desk.hasObeyedNothing()).toBe(true);
    expect(desk.causes().slice(0, 5)).toEqual(CONTROLS.map(() => expect.stringMatching(cause)));
  });

  it('bounds the refusals it tells of, and counts the rest', async () => {
    desk.open();
    for (let n = 0; n < 40; n += 1) await desk.receive('nonsense');
    expect(desk.events).toHaveLength(10);
    await desk.clock.advance(60_000);
    await desk.receive('nonsense');
    expect(desk.causes().at(-1)).toContain('30 more commands before it');
  });
});
