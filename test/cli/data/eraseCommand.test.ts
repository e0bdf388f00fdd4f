import { describe, expect, it } from 'vitest';
import { loadgate, testContext } from '../testContext.ts';

describe('what cannot be taken back', () => {
  it.each([
    [['data', 'erase'], 'this erases your energy and charging history for good'],
    [['decommission', 'home'], 'this takes the gateway out of service for good'],
  ])('%j asks for a second word before it does anything', async (args, sentence) => {
    const { exitCode, err } = await loadgate(args, testContext());
    expect(exitCode).toBe(64);
    expect(err).toContain(sentence);
  });

  it('needs the site typed once more', async () => {
    expect(await loadgate(['decommission', '--yes'], testContext())).toMatchObject({ exitCode: 64 });
  });

  it.each([[['data', 'erase', '--yes']], [['decommission', 'home', '--yes']]])(
    '%j needs the gateway that runs',
    async (args) => {
      const { exitCode, err } = await loadgate(args, testContext());
      expect(exitCode).toBe(69);
      expect(err).toContain('expected a running gateway');
    },
  );
});
