import { expect, it } from 'vitest';
import { createSignatureReader } from '../../src/adapters/jose/signatureReader.ts';
import { FEEDER, InboxDesk, KEYS, NOTICE, REQUEST } from './inboxDesk.ts';

/** All that is left to do in this turn is done; what waits for a thread, a timer or a wire is not. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

it('a command that comes alone is judged and obeyed in the turn in which it comes, its signature included', async () => {
  const desk = new InboxDesk();
  desk.open();
  const curtailment = KEYS.party.sign(REQUEST);
  const notice = KEYS.distributor.sign(NOTICE);
  void desk.receiveBytes(curtailment);
  await endOfTurn();
  expect(desk.obeyed).toMatchObject([{ id: 'evening-1' }]);
  void desk.receiveBytes(notice, FEEDER);
  await endOfTurn();
  expect(desk.restrictions).toMatchObject([{ command: { noticeId: 'notice-1' } }]);
});

it('commands that come while one is not recorded yet wait for it, in their order', async () => {
  const desk = new InboxDesk();
  const begun: string[] = [];
  const records: (() => void)[] = [];
  desk.open({
    onControl: (_, id) => {
      begun.push(id);
      return new Promise((resolve) => records.push(resolve));
    },
  });
  const ids = ['one', 'two', 'three', 'four'];
  const record = async (): Promise<void> => {
    records.shift()?.();
    await endOfTurn();
  };
  const received = ids.slice(0, 3).map((id) => desk.receive({ ...REQUEST, id }));
  await endOfTurn();
  expect(begun).toEqual(['one']);
  await record();
  expect(begun).toEqual(['one', 'two']);
  received.push(desk.receive({ ...REQUEST, id: 'four' }));
  await endOfTurn();
  expect(begun).toEqual(['one', 'two']);
  for (let count = 0; count < 3; count += 1) await record();
  expect(begun).toEqual(ids);
  await Promise.all(received);
});

it('one that could not be recorded holds up none that come after it', async () => {
  const desk = new InboxDesk();
  let isFull = true;
  desk.open({
    onControl: async (limits, id) => {
      if (isFull) throw new Error('disk full');
      desk.obeyed.push({ limits, id });
    },
  });
  await expect(desk.receive(REQUEST)).rejects.toThrow('disk full');
  isFull = false;
  await desk.receive(REQUEST);
  expect(desk.obeyed).toHaveLength(1);
});

it('names a text by its SHA-256 as FIPS 180-4 has it', () => {
  const { sha256 } = createSignatureReader();
  expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
