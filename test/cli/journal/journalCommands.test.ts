import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPassingSigner } from '../../../src/adapters/jose/ownSigner.ts';
import { openStore } from '../../../src/adapters/sqlite/openStore.ts';
import { EXIT_CODES } from '../../../src/cli/exitCodes.ts';
import { type JournalFileHead, journalFileHeadSchema } from '../../../src/contract/journalFile.ts';
import { writeRecordOfBefore } from '../../adapters/sqlite/support/before.ts';
import { RecordingLog } from '../../support/recordingLog.ts';
import {
  COMMIT_EVERY_MS,
  exportLines,
  GATEWAY_ID,
  reader,
  recordJournal,
  run,
  START_UTC_MS,
  temporaryFolder,
} from './journalBench.ts';

const code = (name: keyof typeof EXIT_CODES) => EXIT_CODES[name].code;
const isoAt = (commit: number, extraMs = 0) =>
  new Date(START_UTC_MS + commit * COMMIT_EVERY_MS + extraMs).toISOString();
const headOf = (folder: string, file: string): JournalFileHead =>
  journalFileHeadSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8').split('\n')[0] ?? ''));

/** The payload of each record that holds a JWS, by its place in the file. */
function payloadsOf(folder: string, file: string): readonly Record<string, unknown>[] {
  const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').slice(1, -1);
  return lines
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind !== 'decisions')
    .map(({ content }) => JSON.parse(reader.takeApart(content)?.payload ?? ''));
}

describe('loadgate journal export', () => {
  it('hands out the whole journal in a file that only its user reads', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    const { exitCode, out, err } = await run(folder, 'journal', 'export', '--output', 'all.ndjson');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toContain(`records of ${GATEWAY_ID}, 1 to`);
    expect(statSync(join(folder, 'all.ndjson')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(headOf(folder, 'all.ndjson')).toMatchObject({
      gatewayId: GATEWAY_ID,
      interval: {},
      firstRecord: 1,
      software: 'loadgate 1.2.3',
    });
  });

  it('hands out an interval, which verifies by itself', async () => {
    const folder = temporaryFolder();
    const { signer } = recordJournal(folder);
    await exportLines(folder, '--from', isoAt(10), '--until', isoAt(15));
    const { exitCode, out } = await run(
      folder,
      'journal',
      'verify',
      'journal.ndjson',
      '--key',
      signer.publicKey,
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(/records \d+ to \d+, from 2026-01-05T17:07:30/);
    expect(out).toMatch(/records 1 to \d+ are not in it/);
  });

  it('works beside the running gateway, and again after a trimming', async () => {
    const folder = temporaryFolder();
    const { signer } = recordJournal(folder);
    const store = openStore({ directory: folder, log: new RecordingLog() });
    await exportLines(folder);
    store.trimJournal(START_UTC_MS + 20 * COMMIT_EVERY_MS);
    await exportLines(folder);
    store.close();
    const { exitCode, out } = await run(
      folder,
      'journal',
      'verify',
      'journal.ndjson',
      '--key',
      signer.publicKey,
    );
    expect(out).toMatch(/records 1 to \d+ are not in it/);
    expect(exitCode).toBe(0);
  });

  it('goes on over the lives of a gateway', async () => {
    const folder = temporaryFolder();
    recordJournal(folder, 5);
    recordJournal(folder, 5);
    const lines = await exportLines(folder);
    const { exitCode } = await run(folder, 'journal', 'verify', 'journal.ndjson');
    expect(exitCode).toBe(0);
    expect(lines.length).toBeGreaterThan(12);
  });

  it('says what is missing, and writes no file then', async () => {
    const folder = temporaryFolder();
    const asked = (...options: readonly string[]) =>
      run(folder, 'journal', 'export', '--output', 'x.ndjson', ...options);
    expect(await asked()).toMatchObject({ exitCode: code('storeUnavailable') });
    recordJournal(folder);
    expect(await asked('--from', '2030-01-01')).toMatchObject({
      exitCode: code('nothingFound'),
      err: expect.stringContaining('choose another interval'),
    });
    expect(await run(folder, 'journal', 'export', '--output', 'no/such/folder/x')).toMatchObject({
      exitCode: code('storeUnavailable'),
    });
    expect(await run(folder, 'journal', 'export')).toMatchObject({ exitCode: code('wrongUsage') });
    rmSync(join(folder, 'identity.key'));
    expect(await asked()).toMatchObject({
      exitCode: code('storeUnavailable'),
      err: expect.stringContaining('--identity-key-file'),
    });
    expect(existsSync(join(folder, 'identity.key'))).toBe(false);
    expect(existsSync(join(folder, 'x.ndjson'))).toBe(false);
  });

  it('says so when no checkpoint tells whose journal it is', async () => {
    const folder = temporaryFolder();
    const other = temporaryFolder();
    recordJournal(folder);
    recordJournal(other);
    const { exitCode, err } = await run(
      folder,
      'journal',
      'export',
      '--output',
      'x.ndjson',
      '--identity-key-file',
      join(other, 'identity.key'),
    );
    expect(exitCode).toBe(code('nothingFound'));
    expect(err).toContain('name the right key');
  });
});

describe('loadgate journal verify', () => {
  it('takes the key as text, as a file with it, and as a PEM', async () => {
    const folder = temporaryFolder();
    const { signer } = recordJournal(folder);
    await exportLines(folder);
    writeFileSync(join(folder, 'key.txt'), `${signer.publicKey}\n`);
    const openssl = ['pkey', '-in', 'identity.key', '-pubout', '-out', 'key.pem'];
    execFileSync('openssl', openssl, { cwd: folder });
    for (const key of [signer.publicKey, 'key.txt', 'key.pem']) {
      const { exitCode, out } = await run(folder, 'journal', 'verify', 'journal.ndjson', '--key', key);
      expect(exitCode).toBe(0);
      expect(out).toContain(`signed with the key given: ${signer.publicKey}`);
    }
  });

  it('says loudly that without a key only the wholeness was checked', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    await exportLines(folder);
    const { exitCode, out } = await run(folder, 'journal', 'verify', 'journal.ndjson');
    expect(exitCode).toBe(0);
    expect(out).toContain('CHECKED ONLY WITH THE KEY IN THE FILE ITSELF');
    expect(out).toContain('NOT WHOSE IT IS');
  });

  it('refuses a whole journal of another gateway', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    await exportLines(folder);
    const { publicKey } = createPassingSigner();
    const { exitCode, out } = await run(folder, 'journal', 'verify', 'journal.ndjson', '--key', publicKey);
    expect(exitCode).toBe(code('journalNotWhole'));
    expect(out).toMatch(
      new RegExp(`NOT WHOLE.*line 1\n {2}expected {2}a file of the gateway with the key ${publicKey}`),
    );
  });

  it('names the first wrong record with its time, what was expected and what was found', async () => {
    const folder = temporaryFolder();
    const { signer } = recordJournal(folder);
    const lines = await exportLines(folder);
    const changed = lines.with(7, (lines[7] ?? '').replace('230.5', '120.5'));
    writeFileSync(join(folder, 'changed.ndjson'), `${changed.join('\n')}\n`);
    const args = ['journal', 'verify', 'changed.ndjson', '--key', signer.publicKey] as const;
    const { exitCode, out } = await run(folder, ...args);
    expect(exitCode).toBe(code('journalNotWhole'));
    expect(out).toMatch(
      /NOT WHOLE. The first thing that does not fit is record 7 of 2026-01-05T17:0\d:\d\d.\d{3}Z, line 8\n {2}expected .*hash [0-9a-f]{64}\n {2}found .*they were changed/,
    );
    const asJson = await run(folder, ...args, '--json');
    expect(asJson.exitCode).toBe(code('journalNotWhole'));
    expect(JSON.parse(asJson.out)).toMatchObject({
      isWhole: false,
      isKeyGiven: true,
      flaw: { record: 7, line: 8, expected: expect.any(String), found: expect.any(String) },
    });
  });

  it('compares with a checkpoint that was kept elsewhere', async () => {
    const folder = temporaryFolder();
    const { checkpoints } = recordJournal(folder);
    await exportLines(folder);
    const kept = checkpoints.at(-1) ?? '';
    writeFileSync(join(folder, 'kept.jws'), `${kept}\n`);
    for (const given of [kept, 'kept.jws']) {
      const { exitCode, out } = await run(
        folder,
        'journal',
        'verify',
        'journal.ndjson',
        '--checkpoint',
        given,
      );
      expect(exitCode).toBe(0);
      expect(out).toContain('the checkpoint given');
    }
    await exportLines(folder, '--until', isoAt(10));
    const cut = await run(folder, 'journal', 'verify', 'journal.ndjson', '--checkpoint', kept);
    expect(cut).toMatchObject({
      exitCode: code('journalNotWhole'),
      out: expect.stringContaining('the end was cut off'),
    });
    await exportLines(folder, '--from', isoAt(30));
    const early = await run(
      folder,
      'journal',
      'verify',
      'journal.ndjson',
      '--checkpoint',
      checkpoints[0] ?? '',
    );
    expect(early).toMatchObject({
      exitCode: code('journalNotWhole'),
      out: expect.stringContaining('which this file can be compared with'),
    });
  });

  it('tells of decisions that an older program recorded: they stand before the chain', async () => {
    const folder = temporaryFolder();
    writeRecordOfBefore(folder);
    recordJournal(folder);
    await exportLines(folder);
    const { exitCode, out } = await run(folder, 'journal', 'verify', 'journal.ndjson');
    expect(exitCode).toBe(0);
    expect(out).toContain(
      'the gateway holds 2 runs until 2026-01-05T00:01:29.000Z from before the chain began',
    );
  });

  it('says what it cannot read', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'a-folder'));
    writeFileSync(join(folder, 'empty'), '');
    writeFileSync(join(folder, 'text'), 'a letter\n');
    const verify = (...args: readonly string[]) => run(folder, 'journal', 'verify', ...args);
    expect(await verify('missing')).toMatchObject({ exitCode: code('storeUnavailable') });
    expect(await verify('a-folder')).toMatchObject({ exitCode: code('storeUnavailable') });
    expect(await verify('empty')).toMatchObject({ exitCode: code('journalNotWhole') });
    expect(await verify('text')).toMatchObject({ exitCode: code('journalNotWhole') });
    for (const key of ['missing', 'text', 'a-folder']) {
      expect(await verify('text', '--key', key)).toMatchObject({ exitCode: code('wrongUsage') });
      expect(await verify('text', '--checkpoint', key)).toMatchObject({ exitCode: code('wrongUsage') });
    }
  });
});

describe('loadgate journal show', () => {
  it('prints one line for each record', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    const lines = await exportLines(folder);
    const { exitCode, out } = await run(folder, 'journal', 'show', 'journal.ndjson');
    const shown = out.trimEnd().split('\n');
    expect(exitCode).toBe(0);
    expect(shown).toHaveLength(lines.length);
    expect(shown[1]).toMatch(/^ {5}1 {2}2026-01-05T17:00:45.000Z \+3 s {3}decisions {3}4 decisions$/);
    expect(out).toMatch(
      /command {5}schema loadgate.restriction-notice\/1, noticeId N-1, issuer 10, reason overload/,
    );
    expect(out).toMatch(/receipt {5}schema loadgate.receipt\/1, noticeId N-1, status started/);
  });

  it('prints one record whole, its decisions unpacked and its JWS opened', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    await exportLines(folder);
    const show = async (record: number) =>
      await run(folder, 'journal', 'show', 'journal.ndjson', '--record', `${record}`);
    const decisions = JSON.parse((await show(1)).out);
    expect(decisions).toMatchObject({
      record: 1,
      content: [{ kind: 'opening' }, ...Array(4).fill({ kind: 'decision' })],
    });
    const [, checkpoint] = [await show(2), await show(3)];
    expect(JSON.parse(checkpoint?.out ?? '')).toMatchObject({ content: { schema: 'loadgate.checkpoint/1' } });
    expect(await show(9_999)).toMatchObject({ exitCode: code('nothingFound') });
    expect(await run(folder, 'journal', 'show', 'journal.ndjson', '--record', 'x')).toMatchObject({
      exitCode: code('wrongUsage'),
    });
  });

  it('goes on behind a line that it cannot read, and says which', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    const lines = await exportLines(folder);
    writeFileSync(join(folder, 'torn.ndjson'), `${lines.with(3, 'torn').join('\n')}\n`);
    const { exitCode, out, err } = await run(folder, 'journal', 'show', 'torn.ndjson');
    expect(exitCode).toBe(code('journalNotWhole'));
    expect(out.trimEnd().split('\n')).toHaveLength(lines.length - 1);
    expect(err).toContain('line 4');
  });
});

it('nothing in a file steers the terminal that it is shown on', async () => {
  const folder = temporaryFolder();
  recordJournal(folder);
  const lines = await exportLines(folder);
  const place = lines.findIndex((line) => line.includes('"kind":"command"'));
  const record = JSON.parse(lines[place] ?? '');
  const content = createPassingSigner().sign({ reason: '\u001b[2Jgone', cause: 'a\nb' });
  const forged = lines
    .with(place, JSON.stringify({ ...record, content }))
    .with(2, JSON.stringify({ ...JSON.parse(lines[2] ?? ''), '\u001b[31m': 1 }));
  writeFileSync(join(folder, 'forged.ndjson'), `${forged.join('\n')}\n`);
  for (const command of ['show', 'verify']) {
    const { out } = await run(folder, 'journal', command, 'forged.ndjson');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  }
});

describe('loadgate evidence', () => {
  const CONSENT = {
    purpose: 'dnoRestriction',
    action: 'given',
    textVersion: '2026-1',
    person: 'main',
    how: 'localPage',
    atUtcMs: START_UTC_MS,
  };
  const memory = { consent: [CONSENT], trust: { bundle: { version: 7 }, jws: 'a.b.c' } };

  it('of a notice holds its command, all its receipts, ten minutes around, and the checkpoint behind', async () => {
    const folder = temporaryFolder();
    const { signer } = recordJournal(folder, 60, memory);
    const { exitCode, err } = await run(folder, 'evidence', '--notice', 'N-1', '--output', 'n.ndjson');
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const head = headOf(folder, 'n.ndjson');
    expect(head.interval).toEqual({ from: isoAt(12, -600_000), until: isoAt(20, 600_000) });
    const { atUtcMs, ...entry } = CONSENT;
    expect(head.evidence).toEqual({
      why: { kind: 'notice', noticeId: 'N-1' },
      consent: [{ ...entry, at: new Date(atUtcMs).toISOString() }],
      trust: { version: 7, jws: 'a.b.c' },
    });
    const payloads = payloadsOf(folder, 'n.ndjson');
    expect(payloads.map(({ status }) => status).filter(Boolean)).toEqual(['received', 'started', 'released']);
    expect(payloads.filter(({ schema }) => schema === 'loadgate.restriction-notice/1')).toHaveLength(1);
    const verify = ['journal', 'verify', 'n.ndjson', '--key', signer.publicKey, '--json'] as const;
    const verdict = JSON.parse((await run(folder, ...verify)).out);
    const inside = readFileSync(join(folder, 'n.ndjson'), 'utf8')
      .split('\n')
      .slice(1, -2)
      .map((line) => JSON.parse(line))
      .filter(({ fromUtcMs }) => fromUtcMs < Date.parse(isoAt(20, 600_000)));
    expect(verdict.isWhole).toBe(true);
    expect(verdict.vouched.record).toBeGreaterThanOrEqual(inside.at(-1).record);
  });

  it('of an interval or a complaint says why it was made', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    const span = ['--from', isoAt(5), '--until', isoAt(9)] as const;
    await run(folder, 'evidence', ...span, '--output', 'i.ndjson');
    expect(headOf(folder, 'i.ndjson').evidence).toEqual({ why: { kind: 'interval' }, consent: [] });
    await run(folder, 'evidence', '--complaint', 'C-4711', ...span, '--output', 'c.ndjson');
    expect(headOf(folder, 'c.ndjson').evidence?.why).toEqual({ kind: 'complaint', reference: 'C-4711' });
    await run(folder, 'evidence', '--complaint', 'C-4711', '--output', 'c.ndjson');
    expect(headOf(folder, 'c.ndjson')).toMatchObject({ interval: {}, firstRecord: 1 });
    const shown = await run(folder, 'journal', 'show', 'c.ndjson');
    expect(shown.out).toContain('evidence: complaint C-4711');
  });

  it('says when no checkpoint vouches for the end yet', async () => {
    const folder = temporaryFolder();
    const { signer } = recordJournal(folder);
    const { exitCode, err } = await run(folder, 'evidence', '--complaint', 'C', '--output', 'c.ndjson');
    expect(exitCode).toBe(0);
    expect(err).toContain('no checkpoint vouches for the end of this interval yet');
    const verdict = await run(folder, 'journal', 'verify', 'c.ndjson', '--key', signer.publicKey);
    expect(verdict.exitCode).toBe(0);
  });

  it('a change of the consent in its head is found', async () => {
    const folder = temporaryFolder();
    recordJournal(folder, 40, memory);
    await run(folder, 'evidence', '--notice', 'N-1', '--output', 'n.ndjson');
    const text = readFileSync(join(folder, 'n.ndjson'), 'utf8');
    writeFileSync(join(folder, 'n.ndjson'), text.replace('"action":"given"', '"action":"refused"'));
    const { exitCode, out } = await run(folder, 'journal', 'verify', 'n.ndjson');
    expect(exitCode).toBe(code('journalNotWhole'));
    expect(out).toMatch(/line 1\n {2}expected {2}a head with the SHA-256/);
  });

  it('says what it cannot find, and what it needs', async () => {
    const folder = temporaryFolder();
    recordJournal(folder);
    const ask = (...args: readonly string[]) => run(folder, 'evidence', '--output', 'e.ndjson', ...args);
    expect(await ask('--notice', 'N-2')).toMatchObject({
      exitCode: code('nothingFound'),
      err: expect.stringContaining('no command and no receipt of the notice N-2'),
    });
    expect(await ask()).toMatchObject({ exitCode: code('wrongUsage') });
    expect(await ask('--notice', 'N-1', '--complaint', 'C')).toMatchObject({ exitCode: code('wrongUsage') });
    expect(await ask('--complaint', 'two\nlines')).toMatchObject({ exitCode: code('wrongUsage') });
    expect(await ask('--notice', 'not an id')).toMatchObject({ exitCode: code('wrongUsage') });
    expect(existsSync(join(folder, 'e.ndjson'))).toBe(false);
  });
});
