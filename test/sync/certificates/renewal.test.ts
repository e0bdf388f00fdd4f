import { describe, expect, it } from 'vitest';
import { DAY_MS, factsOf, GOOD, NEW_PEM, RenewalBench } from './bench.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

describe('the renewal of a certificate', () => {
  it('asks when a third of the life is left, is answered, tries the new one and uses it from then on', async () => {
    const bench = new RenewalBench({ leftDays: 122 });
    await bench.clock.advance(2 * MINUTE_MS);
    expect(bench.asked).toEqual([]);
    await bench.clock.advance(8 * HOUR_MS);
    expect(bench.asked).toMatchObject([
      { schema: 'loadgate.certificate-request/1', gatewayId: 'home-1', id: 'request-1' },
    ]);
    expect(bench.answer()).toBeUndefined();
    await bench.clock.advance(2 * MINUTE_MS);
    expect(bench.tried).toEqual(['00000002']);
    expect(bench.certificates.inUse.fingerprint).toBe('00000002');
    expect(bench.renewal.shownFiles().certificateFile).toBe('00000002.crt');
    expect(bench.view().sentence).toContain('Valid until 2028-01-01T00:00:00.000Z');
    await bench.clock.advance(30 * DAY_MS);
    expect(bench.asked).toHaveLength(1);
    expect(bench.faults()).toEqual([]);
  });

  it('asks again with the same key, with growing pauses and eight times a day at the most', async () => {
    const bench = new RenewalBench({ leftDays: 100 });
    await bench.clock.advance(DAY_MS);
    expect(bench.asked).toHaveLength(8);
    expect(new Set(bench.asked.map(({ id }) => id))).toEqual(new Set(['request-1']));
    const gaps = bench.asked
      .map(({ at }) => Date.parse(at))
      .map((at, index, all) => Math.round((at - (all[index - 1] ?? at)) / MINUTE_MS));
    expect(gaps).toEqual([0, 10, 20, 40, 80, 160, 320, 360]);
    await bench.clock.advance(3 * DAY_MS);
    expect(bench.asked.length).toBeLessThanOrEqual(8 + 3 * 4);
  });

  it('that was asked for goes on after a kill, with the same key and no more often', async () => {
    const bench = new RenewalBench({ leftDays: 100 });
    await bench.clock.advance(5 * MINUTE_MS);
    for (let life = 0; life < 20; life += 1) {
      bench.kill();
      bench.begin();
      await bench.clock.advance(10_000);
    }
    expect(bench.asked.map(({ id }) => id)).toEqual(['request-1']);
    expect(bench.answer({ id: 'request-1' })).toBeUndefined();
    await bench.clock.advance(MINUTE_MS);
    expect(bench.certificates.inUse.fingerprint).toBe('00000002');
  });

  it('goes on with the trial after a kill between keeping and trying', async () => {
    const bench = new RenewalBench({ leftDays: 100 });
    await bench.clock.advance(5 * MINUTE_MS);
    bench.answer();
    bench.kill();
    expect(bench.tried).toEqual([]);
    bench.begin();
    expect(bench.renewal.shownFiles().certificateFile).toBe('00000001.crt');
    await bench.clock.advance(2_000);
    expect(bench.tried).toEqual(['00000002']);
    expect(bench.certificates.inUse.fingerprint).toBe('00000002');
  });

  it.each([
    ['while the clock is not set', (bench: RenewalBench) => (bench.clock.clockLevel = 'none')],
    ['while nobody disciplines the clock', (bench: RenewalBench) => (bench.clock.clockLevel = 'coarse')],
    ['while the broker is away', (bench: RenewalBench) => (bench.isConnected = false)],
    [
      'with a certificate that cannot be read',
      (bench: RenewalBench) => (bench.certificates.isUnreadable = true),
    ],
    ['while the key could not be kept', (bench: RenewalBench) => (bench.certificates.isDiskFull = true)],
  ])('asks nothing %s', async (_, break_) => {
    const bench = new RenewalBench({ leftDays: 5 });
    break_(bench);
    await bench.clock.advance(HOUR_MS);
    expect(bench.asked).toEqual([]);
  });

  it.each([
    ['where it is switched off', { leftDays: 5, renewalDays: 0 }, 'broker.renewalDays is 0'],
    [
      'where no authority could check the answer',
      { leftDays: 5, canCheck: false },
      'set broker.clientAuthorityFile',
    ],
  ])('asks nothing %s, and says so', async (_, options, words) => {
    const bench = new RenewalBench(options);
    await bench.clock.advance(HOUR_MS);
    expect(bench.asked).toEqual([]);
    expect(bench.view().renewal).toContain(words);
  });

  it('makes a request that could not be recorded again', async () => {
    const bench = new RenewalBench({ leftDays: 100 });
    bench.isRecording = false;
    await bench.clock.advance(5 * MINUTE_MS);
    bench.isRecording = true;
    await bench.clock.advance(HOUR_MS);
    expect(bench.asked.map(({ id }) => id)).toEqual(['request-1', 'request-1']);
  });
});

describe('an answer', () => {
  async function asked(): Promise<RenewalBench> {
    const bench = new RenewalBench({ leftDays: 100 });
    await bench.clock.advance(5 * MINUTE_MS);
    return bench;
  }

  it('that comes again after it was taken changes nothing', async () => {
    const bench = await asked();
    expect(bench.answer({ id: 'request-1' })).toBeUndefined();
    expect(bench.answer({ id: 'request-1' })).toBeUndefined();
    await bench.clock.advance(MINUTE_MS);
    expect(bench.answer({ id: 'request-1' })).toBeUndefined();
    expect(bench.tried).toHaveLength(1);
  });

  it.each([
    [
      'is for another gateway',
      { gatewayId: 'home-2' },
      'it is for the gateway "home-2"; this one is "home-1"',
    ],
    [
      'answers another request',
      { id: 'request-7', certificates: 'x' },
      'it answers the request "request-7"; this gateway has asked with "request-1"',
    ],
  ])('that %s is refused, and the request goes on', async (_, change, cause) => {
    const bench = await asked();
    expect(bench.answer(change)).toBe(cause);
    expect(bench.certificates.kept.request?.id).toBe('request-1');
    expect(bench.answer()).toBeUndefined();
  });

  it('is refused by a gateway that has asked for none', () => {
    const bench = new RenewalBench();
    bench.certificates.findings.clear();
    expect(bench.answer()).toBe('it answers the request "request-0"; this gateway has asked for none');
  });

  const later = { fromUtcMs: GOOD.facts.fromUtcMs + 10 * MINUTE_MS + 5 * MINUTE_MS };
  it.each([
    ['cannot be read', { ok: false, detail: 'it holds no certificate (PEM)' }, 'it cannot be checked'],
    ['is for another key', { ...GOOD, fitsKey: false }, 'it is for another key than that of the request'],
    [
      'is for another name',
      { ...GOOD, facts: { ...GOOD.facts, subject: 'CN=home-2' } },
      'it is for "CN=home-2"; the request is by "CN=home-1"',
    ],
    [
      'is of another authority',
      { ...GOOD, chainProblem: 'expected a chain to "CN=authority"' },
      'it is not signed by the authority of this gateway',
    ],
    ['is not for clients', { ...GOOD, isForClients: false }, 'it is not for clients'],
    [
      'ends before it begins',
      { ...GOOD, facts: { ...GOOD.facts, untilUtcMs: GOOD.facts.fromUtcMs } },
      'which is no time at all',
    ],
    [
      'ends no later than the one in use',
      { ...GOOD, facts: factsOf('00000002', 0, 100) },
      'no later than the one in use',
    ],
    ['begins later than clocks differ', { ...GOOD, facts: { ...GOOD.facts, ...later } }, 'it begins only at'],
  ] as const)(
    'that %s is refused with a sentence, and the next request has a new key',
    async (_, found, cause) => {
      const bench = await asked();
      bench.certificates.findings.set(NEW_PEM, found);
      expect(bench.answer()).toContain(cause);
      expect(bench.tried).toEqual([]);
      expect(bench.faults()).toEqual(['certificate-not-taken']);
      expect(bench.view().renewal).toContain(cause);
      await bench.clock.advance(HOUR_MS);
      expect(bench.asked.map(({ id }) => id)).toContain('request-2');
      bench.certificates.findings.set(NEW_PEM, GOOD);
      expect(bench.answer()).toBeUndefined();
      await bench.clock.advance(MINUTE_MS);
      expect(bench.faults()).toEqual([]);
    },
  );

  it('that has ended is refused; after the one in use has ended too', async () => {
    const bench = new RenewalBench({ leftDays: -40 });
    await bench.clock.advance(5 * MINUTE_MS);
    bench.certificates.findings.set(NEW_PEM, { ...GOOD, facts: factsOf('00000002', -30, -1) });
    expect(bench.answer()).toContain('it ended at 2026-12-31');
  });

  it('is not judged by a clock that is not right', async () => {
    const bench = await asked();
    bench.certificates.findings.set(NEW_PEM, { ...GOOD, facts: { ...GOOD.facts, ...later } });
    bench.clock.clockLevel = 'coarse';
    expect(bench.answer()).toBeUndefined();
  });

  it('that the disk does not take is refused, and taken when it comes again', async () => {
    const bench = await asked();
    bench.certificates.isDiskFull = true;
    expect(bench.answer()).toContain('it is good, but could not be kept: no space left on device');
    bench.certificates.isDiskFull = false;
    expect(bench.answer()).toBeUndefined();
  });
});

describe('a new certificate', () => {
  async function arrived(): Promise<RenewalBench> {
    const bench = new RenewalBench({ leftDays: 100 });
    await bench.clock.advance(5 * MINUTE_MS);
    bench.answer();
    return bench;
  }

  it('that the broker turns down is given up once the broker lets the old one in, and it is said', async () => {
    const bench = await arrived();
    bench.outcome = { isAccepted: false, sentence: 'unknown authority', isAboutIdentity: true };
    await bench.clock.advance(MINUTE_MS);
    expect(bench.tried).toEqual(['00000002']);
    expect(bench.certificates.next).toBeUndefined();
    expect(bench.renewal.shownFiles().certificateFile).toBe('00000001.crt');
    expect(bench.faults()).toEqual(['certificate-not-taken']);
    expect(bench.view().renewal).toContain('and not by the new one: unknown authority');
  });

  it('that is turned down stays when the old one is let in no more either', async () => {
    const bench = await arrived();
    bench.outcome = { isAccepted: false, sentence: 'unknown authority', isAboutIdentity: true };
    bench.takesOldOne = false;
    await bench.clock.advance(2 * HOUR_MS);
    expect(bench.tried.length).toBeGreaterThan(3);
    expect(bench.tried.length).toBeLessThan(15);
    expect(bench.certificates.next?.fingerprint).toBe('00000002');
    expect(bench.view().renewal).toContain('the last trial: unknown authority');
    bench.outcome = { isAccepted: true };
    await bench.clock.advance(2 * HOUR_MS);
    expect(bench.certificates.inUse.fingerprint).toBe('00000002');
  });

  it('outlives an outage of the broker, however long', async () => {
    const bench = await arrived();
    bench.outcome = { isAccepted: false, sentence: 'nothing listens', isAboutIdentity: false };
    bench.takesOldOne = false;
    await bench.clock.advance(12 * HOUR_MS);
    bench.renewal.connected();
    expect(bench.certificates.next?.fingerprint).toBe('00000002');
    bench.outcome = { isAccepted: true };
    await bench.clock.advance(2 * HOUR_MS);
    expect(bench.certificates.inUse.fingerprint).toBe('00000002');
  });

  it('is given up when three trials failed and the old one was let in after each', async () => {
    const bench = await arrived();
    bench.outcome = { isAccepted: false, sentence: 'cut', isAboutIdentity: false };
    await bench.clock.advance(HOUR_MS);
    expect(bench.tried).toHaveLength(3);
    expect(bench.certificates.next).toBeUndefined();
    expect(bench.faults()).toEqual(['certificate-not-taken']);
  });

  it('that cannot be put in place by the disk stays, and is put there later', async () => {
    const bench = await arrived();
    bench.certificates.isDiskFull = true;
    await bench.clock.advance(MINUTE_MS);
    expect(bench.certificates.inUse.fingerprint).toBe('00000001');
    bench.renewal.connected();
    bench.certificates.isDiskFull = false;
    await bench.clock.advance(HOUR_MS);
    expect(bench.certificates.inUse.fingerprint).toBe('00000002');
  });
});

describe('somebody who wants a new one now', () => {
  it('has it asked for, whatever dates and clock say', async () => {
    const bench = new RenewalBench();
    bench.clock.clockLevel = 'none';
    expect(await bench.renewal.renewNow()).toEqual({
      isDone: true,
      sentence: 'A new certificate is asked for',
    });
    expect(bench.asked).toHaveLength(1);
    expect(bench.answer()).toBeUndefined();
    await bench.clock.advance(2_000);
    expect(bench.certificates.inUse.fingerprint).toBe('00000002');
  });

  it.each([
    ['the broker is away', (bench: RenewalBench) => (bench.isConnected = false), 'only while the connection'],
    [
      'the certificate cannot be read',
      (bench: RenewalBench) => (bench.certificates.isUnreadable = true),
      'expected',
    ],
    [
      'the disk takes nothing',
      (bench: RenewalBench) => (bench.certificates.isDiskFull = true),
      'cannot be kept',
    ],
    [
      'a new one is being tried',
      (bench: RenewalBench) => (bench.certificates.next = GOOD.facts),
      'is here already',
    ],
  ])('hears why not when %s', async (_, break_, words) => {
    const bench = new RenewalBench();
    break_(bench);
    expect(await bench.renewal.renewNow()).toMatchObject({
      isDone: false,
      sentence: expect.stringContaining(words),
    });
    expect(bench.asked).toEqual([]);
  });

  it('asks eight times a day at the most', async () => {
    const bench = new RenewalBench();
    for (let times = 0; times < 8; times += 1) await bench.renewal.renewNow();
    expect(await bench.renewal.renewNow()).toMatchObject({ isDone: false });
    expect(bench.asked).toHaveLength(8);
  });
});
