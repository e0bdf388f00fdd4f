import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readOwn } from '../architecture/ownSources.ts';
import type { HomeUnderTest } from '../support/processes/homeUnderTest.ts';
import { runLoadgate } from '../support/processes/loadgateCommand.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const SPEED = 20;
/** Between two looks at the database, real time. */
const LOOK_EVERY_MS = 1_000;
const LEAST_RECORDS = 6;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

/** The blocks of the page in this language, in their order: what it tells a reader to do is what is done here. */
function blocksOf(language: string): readonly string[] {
  const page = readOwn('docs/journal.md');
  return [...page.matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, name, text = '']) =>
    name === language ? [text] : [],
  );
}

function shell(folder: string, script: string): string {
  return execFileSync('sh', ['-e', '-c', script], { cwd: folder, encoding: 'utf8' });
}

/** Hands the journal out beside the running gateway, as soon as it holds enough. */
async function exportJournal(home: HomeUnderTest): Promise<string[]> {
  const file = join(home.folder, 'journal.ndjson');
  const { answer } = await until(
    'enough records of the journal',
    async () => {
      const { code } = await runLoadgate([
        'journal',
        'export',
        '--output',
        file,
        '--config',
        join(home.folder, 'loadgate.jsonc'),
      ]);
      if (code !== 0) return undefined;
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      const isVouchedFor = lines.some((line) => line.includes('"kind":"checkpoint"'));
      return lines.length >= LEAST_RECORDS + 2 && isVouchedFor ? lines : undefined;
    },
    { withinMs: 60_000, everyMs: LOOK_EVERY_MS },
  );
  return answer;
}

it('the journal of a running gateway is proven by hand with python and openssl, as docs/journal.md says', {
  timeout: 180_000,
}, async () => {
  const home = await bed.openHome({ name: 'by-hand', speed: SPEED });
  await home.gateway.start();
  const lines = await exportJournal(home);
  const { folder } = home;
  const { publicKey } = JSON.parse(lines[0] ?? '');
  const [chain = '', checkpoint = ''] = blocksOf('python');
  const [, ofOneRecord = '', byOpenssl = '', ofHead = ''] = blocksOf('sh');
  writeFileSync(join(folder, 'chain.py'), chain);
  writeFileSync(join(folder, 'checkpoint.py'), checkpoint);
  writeFileSync(
    join(folder, 'seal.py'),
    checkpoint.replace(/^jws = .*$/m, 'jws = lines[-1]["seal"]').split('fits = ')[0] ?? '',
  );

  const last = JSON.parse(lines.at(-2) ?? '');
  expect(shell(folder, 'python3 chain.py journal.ndjson')).toBe(
    `whole up to record ${last.record} ${last.hash}\n`,
  );
  expect(shell(folder, ofOneRecord).split('\n')[1]).toBe(`${JSON.parse(lines[4] ?? '').hash}  -`);
  expect(shell(folder, `python3 checkpoint.py journal.ndjson ${publicKey}`)).toMatch(/ fits\n$/);
  expect(shell(folder, byOpenssl)).toContain('Verified Successfully');

  shell(folder, `python3 seal.py journal.ndjson ${publicKey}`);
  expect(shell(folder, byOpenssl)).toContain('Verified Successfully');
  const [, payload = ''] = readFileSync(join(folder, 'signed.txt'), 'utf8').split('.');
  const { headSha256 } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  expect(shell(folder, ofHead)).toBe(`${headSha256}  -\n`);

  const verified = await runLoadgate([
    'journal',
    'verify',
    join(folder, 'journal.ndjson'),
    '--key',
    publicKey,
  ]);
  expect(verified).toMatchObject({ code: 0, stderr: '' });

  // The same by hand and by the program, of a journal in which a reading was changed.
  const place = lines.findIndex((line) => line.includes('phasePowerW'));
  const tampered = lines.with(place, (lines[place] ?? '').replace('phasePowerW', 'phasePowerX'));
  writeFileSync(join(folder, 'tampered.ndjson'), `${tampered.join('\n')}\n`);
  expect(() => shell(folder, 'python3 chain.py tampered.ndjson 2>&1')).toThrow();
  const found = shell(folder, 'python3 chain.py tampered.ndjson 2>&1 || true');
  const { record } = JSON.parse(lines[place] ?? '');
  expect(found).toBe(`record ${record} does not fit\n`);
  const refused = await runLoadgate([
    'journal',
    'verify',
    join(folder, 'tampered.ndjson'),
    '--key',
    publicKey,
  ]);
  expect(refused.code).toBe(79);
  expect(refused.stdout).toContain(`does not fit is record ${record} of `);

  // An orderly stop vouches for all that was recorded before it.
  expect((await home.gateway.stop()).code).toBe(0);
  const atTheEnd = await exportJournal(home);
  expect(JSON.parse(atTheEnd.at(-2) ?? '')).toMatchObject({ kind: 'checkpoint' });
  const whole = await runLoadgate([
    'journal',
    'verify',
    join(folder, 'journal.ndjson'),
    '--key',
    publicKey,
    '--json',
  ]);
  expect(JSON.parse(whole.stdout)).toMatchObject({
    isWhole: true,
    vouched: { record: JSON.parse(atTheEnd.at(-2) ?? '').record - 1 },
  });
});
