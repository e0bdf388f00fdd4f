import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConsentReport } from '../../src/contract/consentView.ts';
import type { ConsentPage, ConsentRequestReport, HomeConsent } from '../../src/contract/desk.ts';
import { openHomeAndDesk } from '../support/processes/homeAndDesk.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';

const HOME = 'home-18';

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

describe.skipIf(!hasMosquitto)('what somebody tells the back office', { timeout: 180_000 }, () => {
  it('holds at the gateway, is answered and acknowledged both ways, also over a broker that was away', async () => {
    const { home, desk, broker } = await openHomeAndDesk(bed, HOME);
    const rolf = await desk.sitDown('rolf');
    const atGateway = async (purpose: string) => {
      const { stdout } = await home.ask('consent', 'show', '--json');
      return (JSON.parse(stdout) as ConsentReport).purposes.find((one) => one.purpose === purpose);
    };
    const reach = async (what: string, is: (shown: HomeConsent) => boolean): Promise<HomeConsent> => {
      const look = async () => {
        const shown = (await rolf('consent', 'show', HOME)) as HomeConsent;
        return is(shown) ? shown : undefined;
      };
      return (await until(what, look, { withinMs: 60_000, everyMs: 500 })).answer;
    };
    const stateOf = ({ purposes }: HomeConsent, name: string) =>
      purposes.find(({ purpose }) => purpose === name)?.state;
    await reach('what the household has said', (shown) => stateOf(shown, 'demandControl') === 'given');

    const asked = (await rolf('consent', 'withdraw', HOME, 'demandControl')) as ConsentRequestReport;
    expect(asked).toMatchObject({ action: 'withdrawn', textVersion: 'demand-control-1', by: 'rolf' });
    const withdrawn = await reach('the answer', ({ requests }) => requests[0]?.state === 'acknowledged');
    expect(stateOf(withdrawn, 'demandControl')).toBe('withdrawn');
    expect(await atGateway('demandControl')).toMatchObject({
      state: 'withdrawn',
      persons: [{ how: 'backOffice' }],
    });
    await until(
      'the acknowledgement at the gateway',
      async () => (await atGateway('demandControl'))?.persons[0]?.isAcknowledged === true || undefined,
      { withinMs: 30_000, everyMs: 500 },
    );
    const list = (await rolf('consent', 'list', 'demandControl', '--state', 'withdrawn')) as ConsentPage;
    expect(list.rows).toMatchObject([{ gatewayId: HOME, person: 'main', state: 'withdrawn' }]);

    await rolf('consent', 'texts', 'research=research-2', '--gateway', HOME);
    await until(
      'the new text at the gateway',
      async () => (await atGateway('research'))?.state === 'superseded' || undefined,
      { withinMs: 30_000, everyMs: 500 },
    );
    expect(await rolf('consent', 'campaign', 'research', 'research-2')).toMatchObject({
      rows: [{ gatewayId: HOME }],
    });
    const older = ['consent', 'give', HOME, 'research', '--evidence', 'form-0017', '--text', 'research-1'];
    await rolf(...older);
    const refused = await reach('the refusal', ({ requests }) => requests[0]?.state === 'refused');
    expect(refused.requests[0]?.cause).toContain('the text of research that applies is research-2');

    await broker.kill();
    const waiting = await rolf('consent', 'give', HOME, 'research', '--evidence', 'form-0018');
    expect(waiting).toMatchObject({ state: 'waiting', textVersion: 'research-2' });
    // What is said in the house meanwhile is told, and acknowledged, once the broker is there.
    expect((await home.ask('consent', 'refuse', 'onwardUse')).code).toBe(0);
    await broker.start();
    const given = await reach(
      'both answers',
      (shown) => shown.requests[0]?.state === 'acknowledged' && stateOf(shown, 'onwardUse') === 'refused',
    );
    expect(stateOf(given, 'research')).toBe('given');
    const settled = await reach('every acknowledgement', ({ unacknowledged }) => unacknowledged === 0);
    expect(settled.announcement).toMatchObject({ version: 1, state: 'sent' });
    await until(
      'nothing unacknowledged at the gateway',
      async () => {
        const { stdout } = await home.ask('consent', 'show', '--json');
        return stdout.includes('"isAcknowledged": false') ? undefined : true;
      },
      { withinMs: 30_000, everyMs: 500 },
    );
  });
});
