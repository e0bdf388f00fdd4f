import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrust, readEnrolment } from '../../src/compose/trust.ts';
import { trustBundleOf } from '../../src/contract/trustBundle.ts';
import { NO_TRUST } from '../../src/domain/trustBundle.ts';
import { makeKeys, writeTrust } from '../support/keys.ts';
import { RecordingLog } from '../support/recordingLog.ts';

const keys = makeKeys();
const MESSAGE = {
  schema: 'loadgate.trust-bundle/1' as const,
  version: 5,
  issuedAt: '2026-01-05T00:00:00Z',
  keys: [],
  revoked: [],
};

/** As the memory of a gateway holds it. */
function remembered(version: number, signer = keys.root) {
  const message = { ...MESSAGE, version };
  return { bundle: trustBundleOf(message), jws: signer.sign(message) };
}

let folder = '';
let log: RecordingLog;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgate-trust-'));
  log = new RecordingLog();
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the trust of a gateway at its start', () => {
  it('is nobody without files and without a memory', async () => {
    const trust = await openTrust(await readEnrolment({}), undefined, log);
    expect(trust).toMatchObject({ rootKeys: [], bundle: NO_TRUST });
  });

  it('is the bundle of the enrolment at first, which is to be remembered', async () => {
    const enrolment = await readEnrolment(writeTrust(folder, keys).trust);
    const trust = await openTrust(enrolment, undefined, log);
    expect(trust.bundle).toEqual(keys.bundle);
    expect(trust.toRemember).toEqual({ bundle: keys.bundle, jws: keys.bundleJws });
  });

  it('is the newer one of enrolment and memory', async () => {
    const { trust: settings } = writeTrust(folder, keys);
    const newer = await openTrust(await readEnrolment(settings), remembered(5), log);
    expect([newer.bundle.version, newer.toRemember]).toEqual([5, undefined]);
    writeFileSync(settings.bundleFile, keys.root.sign({ ...MESSAGE, version: 6 }));
    const older = await openTrust(await readEnrolment(settings), remembered(5), log);
    expect([older.bundle.version, older.toRemember?.bundle.version]).toEqual([6, 6]);
  });

  it('is not what a former root has signed, and says so', async () => {
    const enrolment = await readEnrolment(writeTrust(folder, keys).trust);
    const trust = await openTrust(enrolment, remembered(5, makeKeys().root), log);
    expect(trust.bundle).toEqual(keys.bundle);
    expect(log.lines).toMatchObject([{ level: 'warn' }]);
  });

  it('is what is signed, not what the memory says beside it', async () => {
    const { jws } = remembered(5);
    const enrolment = await readEnrolment(writeTrust(folder, keys).trust);
    const trust = await openTrust(enrolment, { bundle: { ...keys.bundle, version: 9 }, jws }, log);
    expect(trust.bundle).toEqual(trustBundleOf(MESSAGE));
  });

  it('stops the start when the file of the enrolment is of another root, or is none', async () => {
    const { trust: settings } = writeTrust(folder, keys);
    writeFileSync(settings.bundleFile, makeKeys().bundleJws);
    await expect(readEnrolment(settings)).rejects.toMatchObject({
      exit: 'wrongConfiguration',
      message: expect.stringContaining(settings.bundleFile),
    });
    writeFileSync(settings.bundleFile, 'hello');
    await expect(readEnrolment(settings)).rejects.toMatchObject({ exit: 'wrongConfiguration' });
  });
});
