import { openDeskStore } from '../../src/adapters/deskStore/openDeskStore.ts';

/** Signs notices without end, each in one transaction, and tells after each; somebody kills it. */
const opened = openDeskStore(process.argv[2] ?? '');
if (!opened.ok) throw new Error(opened.detail);
const { store } = opened;
const forecast = {
  at: '',
  homes: 0,
  consenting: 0,
  reachable: 0,
  counted: 0,
  unknown: 0,
  reliefW: 0,
  presentW: 0,
  remarks: [],
};
for (let sequence = 1; ; sequence += 1) {
  const noticeId = `n-${sequence}`;
  store.transaction(() => {
    store.takeSequence('12', 'feeder-12', sequence);
    store.saveNotice({
      noticeId,
      draft: {} as never,
      forecast,
      warnings: [],
      drafted: { by: 'anna', atUtcMs: 1 },
      authorised: { by: 'bob', atUtcMs: 1 },
      sent: {
        by: 'anna',
        atUtcMs: 1,
        sequence,
        jws: 'a.b.c',
        sha256: '',
        keyId: '',
        startsAtUtcMs: 1,
        endsAtUtcMs: 2,
        expiresAtUtcMs: 2,
      },
    });
    store.saveTargets(
      noticeId,
      ['a', 'b', 'c'].map((gatewayId) => ({
        target: { gatewayId, consent: 'given' as const },
        progress: { stage: 'asked' as const, rank: 0 },
      })),
    );
    store.append({
      entry: sequence,
      atUtcMs: 1,
      action: 'notice.sent',
      subject: noticeId,
      from: '',
      sentence: '',
      hash: '',
    });
  });
  process.send?.(sequence);
  await new Promise((resolve) => setImmediate(resolve));
}
