import { beforeEach, describe, expect, it } from 'vitest';
import { REQUESTS } from '../../../src/adapters/han/mtCommands.ts';
import { encodeMtFrame, MT_KIND, type MtFrame } from '../../../src/adapters/han/mtFrame.ts';
import { judgeStatus, type MtAnswer, MtLink } from '../../../src/adapters/han/mtLink.ts';
import { SteppedClock, settle } from '../../support/steppedClock.ts';

let clock: SteppedClock;
let link: MtLink;
let sent: Uint8Array[];
let notified: MtFrame[];
let hung: string[];

beforeEach(() => {
  clock = new SteppedClock();
  sent = [];
  notified = [];
  hung = [];
  link = new MtLink({
    clock,
    send: (bytes) => sent.push(bytes),
    notified: (frame) => notified.push(frame),
    hung: (detail) => hung.push(detail),
  });
});

function answer(request: MtFrame, data: readonly number[]): Uint8Array {
  return encodeMtFrame({ ...request, kind: MT_KIND.answer, data: Uint8Array.from(data) });
}

function watch(promise: Promise<MtAnswer>): { answer?: MtAnswer } {
  const seen: { answer?: MtAnswer } = {};
  void promise.then((given) => {
    seen.answer = given;
  });
  return seen;
}

describe('a request to the stick', () => {
  it('waits for the answer of the one before', async () => {
    const first = watch(link.request(REQUESTS.ping()));
    const second = watch(link.request(REQUESTS.version()));
    expect(sent).toHaveLength(1);
    link.receive(answer(REQUESTS.ping(), [0x59, 0x06]));
    await settle();
    expect(first.answer).toEqual({ ok: true, data: Uint8Array.from([0x59, 0x06]) });
    expect(second.answer).toBeUndefined();
    expect(sent).toHaveLength(2);
  });

  it('is not answered by the answer to another', async () => {
    const seen = watch(link.request(REQUESTS.ping()));
    link.receive(answer(REQUESTS.version(), [0, 0, 0]));
    link.receive(answer({ ...REQUESTS.ping(), subsystem: 4 }, [0]));
    await settle();
    expect(seen.answer).toBeUndefined();
  });

  it('that the stick does not know is refused by its error frame', async () => {
    const seen = watch(link.request(REQUESTS.version()));
    link.receive(
      encodeMtFrame({ kind: 3, subsystem: 0, command: 0, data: Uint8Array.from([2, 0x21, 0x01]) }),
    );
    await settle();
    expect(seen.answer).toBeUndefined();
    link.receive(
      encodeMtFrame({ kind: 3, subsystem: 0, command: 0, data: Uint8Array.from([2, 0x21, 0x02]) }),
    );
    await settle();
    expect(seen.answer).toMatchObject({ ok: false, detail: expect.stringContaining('error 2') });
  });

  it('without an answer is told as a hang, once', async () => {
    void link.request(REQUESTS.ping());
    await clock.advance(2_999);
    expect(hung).toEqual([]);
    await clock.advance(1);
    expect(hung).toEqual(['the radio gave no answer to request 0x01 0x01']);
  });

  it('beyond what may wait, and after the end, is refused at once', async () => {
    const seen = Array.from({ length: 66 }, () => watch(link.request(REQUESTS.ping())));
    await settle();
    expect(seen.filter((one) => one.answer !== undefined)).toHaveLength(1);
    link.close('over');
    await settle();
    expect(seen.every((one) => one.answer?.ok === false)).toBe(true);
    expect(await link.request(REQUESTS.ping())).toMatchObject({ ok: false });
    expect(sent).toHaveLength(1);
  });
});

describe('what comes without a question', () => {
  it('is told, also while an answer is awaited', async () => {
    void link.request(REQUESTS.ping());
    link.receive(encodeMtFrame({ kind: 2, subsystem: 5, command: 0xc0, data: Uint8Array.from([9]) }));
    expect(notified).toHaveLength(1);
  });

  it('behind a false start is found once the line falls silent', async () => {
    const notice = encodeMtFrame({ kind: 2, subsystem: 5, command: 0xc0, data: Uint8Array.from([9]) });
    link.receive(Uint8Array.from([0xfe, 0x40, ...notice]));
    expect(notified).toHaveLength(0);
    await clock.advance(250);
    expect(notified).toHaveLength(1);
  });
});

it('a status octet is judged, and an answer without one is bad', () => {
  expect(judgeStatus({ ok: true, data: Uint8Array.from([0]) })).toMatchObject({ ok: true });
  expect(judgeStatus({ ok: true, data: Uint8Array.from([0xcd]) })).toEqual({
    ok: false,
    detail: 'no route to the device (0xcd)',
  });
  expect(judgeStatus({ ok: true, data: new Uint8Array() })).toMatchObject({ ok: false });
});
