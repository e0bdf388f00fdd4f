import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readAccount } from '../../../src/usage/readAccount.ts';
import { lookInto } from './support/chain.ts';
import { temporaryDirectory } from './support/temporaryDirectory.ts';

const COMMITTER = fileURLToPath(new URL('support/usageCommitter.ts', import.meta.url));
const FIRST_WH = 5_000_000;
const KILLS = 8;

/** Kills it after so many commits were begun. @returns the register at the commits begun and acknowledged last */
async function runAndKill(directory: string, registerWh: number, offMs: number, beginnings: number) {
  const child = spawn(process.execPath, [COMMITTER, directory, `${registerWh}`, `${offMs}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (said.split('begins').length > beginnings) child.kill('SIGKILL');
  });
  await exited;
  const last = (word: string): number | undefined => {
    const line = said
      .split('\n')
      .slice(0, -1)
      .findLast((each) => each.startsWith(word));
    return line === undefined ? undefined : Number(line.split(' ')[1]);
  };
  return { begunWh: last('begins') ?? registerWh, committedWh: last('committed') };
}

it('counts to the watt-hour what the register says, through kills at any moment and time without power', async () => {
  const directory = temporaryDirectory();
  let registerWh = FIRST_WH;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const { begunWh, committedWh } = await runAndKill(directory, registerWh, kill * 400_000, kill * 9);
    const { found } = lookInto(directory, readAccount);
    const inHalfHours = found.halfHours.reduce(
      (sum, { channels }) => sum + (channels.connection?.importWh ?? 0),
      0,
    );
    const inGaps = found.gaps.reduce((sum, { energy }) => sum + (energy.connection?.importWh ?? 0), 0);
    const countedWh = Math.round((inHalfHours + inGaps) * 100) / 100;
    expect([committedWh, begunWh].map((wh) => (wh ?? registerWh) - FIRST_WH)).toContain(countedWh);
    expect(found.gaps).toHaveLength(kill - 1);
    // What flowed while it was dead, and in the minute that was not written.
    registerWh = begunWh + 1_000;
  }
});
