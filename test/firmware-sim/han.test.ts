import { describe, expect, it } from 'vitest';
import { Agenda } from '../../firmware-sim/han/agenda.ts';
import { type AirFrame, CoordinatorStick } from '../../firmware-sim/han/coordinatorStick.ts';
import { LoadControlSwitch, type SwitchSpec } from '../../firmware-sim/han/loadControlSwitch.ts';
import { serialiseMt, splitMt } from '../../firmware-sim/han/monitorTest.ts';

const START_MS = Date.UTC(2026, 0, 5);
const START_S = (START_MS - Date.UTC(2000, 0, 1)) / 1000;
const INVALID = 0xffff_ffff;

/** A client with what it says, in hexadecimal; the octets here are written by hand from the cluster's tables. */
function client(spec: Partial<SwitchSpec> = {}) {
  const one = new LoadControlSwitch(
    { endpoint: 9, deviceClass: 0x0004, random: () => 0.5, ...spec },
    START_MS,
  );
  const said: Buffer[] = [];
  one.connect((payload) => said.push(payload));
  let nowMs = START_MS;
  return {
    one,
    said,
    tell: (hex: string) => one.receive(Buffer.from(hex, 'hex')),
    run: (seconds: number) => {
      const untilMs = nowMs + seconds * 1000;
      for (; nowMs < untilMs; nowMs += 500) one.advanceTo(nowMs + 500);
    },
    statuses: () => [...one.reported],
  };
}

function u32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}

function event(
  id: number,
  { startS = 0, minutes = 1, duty = '00', control = '00', deviceClass = '0400', group = '00' } = {},
) {
  const duration = Buffer.alloc(2);
  duration.writeUInt16LE(minutes);
  return `090100${u32(id)}${deviceClass}${group}${u32(startS)}${duration.toString('hex')}07ffff0080008080${duty}${control}`;
}

function cancel(id: number, { control = '00', effectiveS = 0 } = {}) {
  return `090101${u32(id)}040000${control}${u32(effectiveS)}`;
}

describe('the simulated load control switch', () => {
  it('is closed without an event, opens with its start and closes with its end', () => {
    const { one, tell, run, statuses } = client();
    expect(one.contact.isClosed).toBe(true);
    tell(event(1));
    run(1);
    expect(one.contact.isClosed).toBe(false);
    run(60);
    expect(one.contact.isClosed).toBe(true);
    expect(statuses()).toEqual([0x01, 0x02, 0x03]);
  });

  it('reports in the layout of the cluster', () => {
    const { said, tell } = client();
    tell(event(0x0102_0304));
    const [, sequence] = said[0] ?? [];
    expect(said[0]?.toString('hex')).toBe(
      `01${Buffer.from([sequence ?? 0]).toString('hex')}000403020101${u32(START_S)}07008000808000${'00'}00`,
    );
  });

  it('stays closed for an event that does not ask for off', () => {
    const { one, tell, run } = client();
    tell(event(1, { duty: '32' }));
    run(2);
    expect(one.contact.isClosed).toBe(true);
  });

  it.each([
    ['another device class', { deviceClass: '0004' }],
    ['another group', { group: '05' }],
  ])('says nothing to an event for %s', (_what, other) => {
    const { one, said, tell } = client();
    tell(event(1, other));
    expect(said).toEqual([]);
    expect(one.ignoredEvents).toBe(1);
  });

  it.each([
    ['start 0xFFFFFFFF', { startS: INVALID }, [0xfe]],
    ['1441 minutes', { minutes: 1441 }, [0xfe]],
    ['1440 minutes', { minutes: 1440 }, [0x01, 0x02]],
    ['an end in the past', { startS: START_S - 100 }, [0xfb]],
    ['a start in the past and an end ahead', { startS: START_S - 30 }, [0x01, 0x02]],
    ['a start ahead', { startS: START_S + 600 }, [0x01]],
  ])('answers an event with %s', (_what, shape, expected) => {
    const { tell, statuses } = client();
    tell(event(1, shape));
    expect(statuses()).toEqual(expected);
  });

  it('ignores a number that it has, and rejects what its table of three cannot hold', () => {
    const { tell, statuses } = client();
    for (const hour of [1, 2, 3]) tell(event(hour, { startS: START_S + hour * 3600 }));
    tell(event(1, { startS: START_S + 3600 }));
    tell(event(4, { startS: START_S + 4 * 3600 }));
    expect(statuses()).toEqual([0x01, 0x01, 0x01, 0xfe]);
  });

  it('lets a running event run until one second before the one that supersedes it', () => {
    const { one, tell, run, statuses } = client();
    tell(event(1, { minutes: 60 }));
    tell(event(2, { startS: START_S + 30 }));
    run(28);
    expect(statuses()).toEqual([0x01, 0x02, 0x01]);
    run(1);
    expect(statuses()).toEqual([0x01, 0x02, 0x01, 0x07]);
    run(1);
    expect(statuses().at(-1)).toBe(0x02);
    expect(one.events).toBe(1);
  });

  it.each([
    ['of an unknown event', cancel(9), 0xfd],
    ['at 0xFFFFFFFF', cancel(1, { effectiveS: INVALID }), 0xf9],
    ['after the end', cancel(1, { effectiveS: START_S + 3601 }), 0xf9],
    ['with reserved bits', cancel(1, { control: '04' }), 0xf8],
    ['now', cancel(1), 0x06],
  ])('answers a cancel %s', (_what, command, expected) => {
    const { tell, statuses } = client();
    tell(event(1, { minutes: 60 }));
    tell(command);
    expect(statuses().at(-1)).toBe(expected);
  });

  it('cancels at a later instant, and randomly later where that is asked for', () => {
    const { tell, run, statuses } = client({ durationRandomMinutes: 1 });
    tell(event(1, { minutes: 60, control: '02' }));
    tell(cancel(1, { control: '01' }));
    run(29);
    expect(statuses().at(-1)).toBe(0x02);
    run(1);
    expect(statuses().at(-1)).toBe(0x06);
  });

  it('says success to a cancel of all when there is nothing to cancel', () => {
    const { said, tell } = client();
    tell('09550200');
    expect(said.map((payload) => payload.toString('hex'))).toEqual(['00550b0200']);
  });

  it('tells an opt-out of before the start only at the start', () => {
    const { one, tell, run, statuses } = client();
    tell(event(1, { startS: START_S + 10 }));
    one.pressBoost(true);
    expect(statuses()).toEqual([0x01]);
    run(11);
    expect(statuses()).toEqual([0x01, 0x04]);
    expect(one.contact.isClosed).toBe(true);
    run(60);
    expect(statuses()).toEqual([0x01, 0x04, 0x0a]);
  });

  it('forgets its events in a power cut, closes, and asks for them', () => {
    const { one, said, tell, run } = client();
    tell(event(1, { minutes: 60 }));
    run(1);
    one.restart();
    run(1);
    expect(one.contact.isClosed).toBe(true);
    expect(said.at(-1)?.subarray(2).toString('hex').slice(0, 2)).toBe('01');
    expect(one.events).toBe(0);
  });

  it('gives its attributes, and says which it has not', () => {
    const { said, tell } = client({ group: 5, startRandomMinutes: 3 });
    tell('0844000000010003007777');
    expect(said[0]?.toString('hex')).toBe('004401000000200501000020030300002104007777' + '86');
  });
});

describe('the simulated stick', () => {
  function stick(memory: readonly (readonly [number, Buffer])[] = []) {
    const agenda = new Agenda(0);
    const written: string[] = [];
    const air: AirFrame[] = [];
    const one = new CoordinatorStick({
      agenda,
      memory,
      write: (bytes) => written.push(bytes.toString('hex')),
      onAir: (frame) => air.push(frame),
    });
    const tell = (hex: string) => {
      const bytes = Buffer.from(hex, 'hex');
      const [head = 0, command = 0] = bytes;
      one.receive(serialiseMt({ head, command, data: bytes.subarray(2) }));
    };
    return { agenda, written, air, one, tell };
  }

  it('frames as the maker writes it', () => {
    expect(serialiseMt({ head: 0x21, command: 0x01, data: Buffer.alloc(0) }).toString('hex')).toBe(
      'fe00210120',
    );
    expect(splitMt(Buffer.from('00fe00210120fe0021', 'hex'))).toEqual({
      messages: [{ head: 0x21, command: 0x01, data: Buffer.alloc(0) }],
      rest: Buffer.from('fe0021', 'hex'),
    });
  });

  it('answers a ping, and says of a request that it does not know it', () => {
    const { written, tell } = stick();
    tell('2101');
    tell('21ee');
    expect(written).toEqual(['fe02610159063d', 'fe0360000221eeae']);
  });

  it('sends nothing before its network is up, and then only from a registered endpoint', () => {
    const { agenda, written, tell } = stick([[0x55, Buffer.from([1])]]);
    tell('24013412090101070110' + '1e' + '0100');
    expect(written.at(-1)).toContain('6401c2');
    tell('25406400');
    agenda.advanceTo(1_000);
    expect(written.at(-1)).toContain('45c009');
    tell('24013412090101070110' + '1e' + '0100');
    expect(written.at(-1)).toContain('640102');
  });

  it('refuses to register an endpoint twice', () => {
    const { written, tell } = stick();
    const register = '2400010901000500' + '0001010700';
    tell(register);
    tell(register);
    expect(written[0]).toContain('640000');
    expect(written[1]).toContain('6400b8');
  });
});
