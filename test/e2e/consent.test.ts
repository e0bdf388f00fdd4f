import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSENT_PURPOSES, GATEWAY_PURPOSES } from '../../src/domain/consent.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { until } from '../support/processes/waiting.ts';
import type { JsonObject } from '../support/wire/contractFiles.ts';
import { fieldsOf, purposesOfSchemas } from '../support/wire/fieldsOf.ts';
import { judgeMessage } from '../support/wire/judgeMessage.ts';
import { ConsentingHome, kindOf } from './consent/consentingHome.ts';
import { TRACED, TRACES, type TracedPurpose, tracesIn, UNTRACED } from './consent/traces.ts';

/** Go up whatever the household agrees to. */
const OWED = ['operation', 'restrictionRecord'];

const bed = new TestBed();
let home: ConsentingHome;

/** What is of a purpose in these messages: by the published schemas, and by its traces. */
function found(purpose: TracedPurpose, objects: readonly JsonObject[]): readonly string[] {
  const fields = objects.flatMap((object) =>
    fieldsOf(object)
      .filter((field) => field.purpose === undefined || field.purpose === purpose)
      .map(({ path, purpose: of = 'nobody' }) => `${object.schema} ${path} of ${of}`),
  );
  return [...new Set([...fields, ...tracesIn(purpose, objects)])];
}

/** Messages of this purpose leave, in all the ways in which they can be told. */
async function expectShown(purpose: TracedPurpose, from: number): Promise<void> {
  const wanted = Object.keys(TRACES[purpose].shown);
  const lacking = (): readonly string[] => {
    const seen = tracesIn(purpose, home.since(from));
    return wanted.filter((what) => !seen.includes(what));
  };
  await until(`traces of ${purpose}`, () => lacking().length === 0, { withinMs: 40_000 }).catch(
    (error: Error) => {
      throw new Error(`${error.message}; not seen: ${lacking().join(', ')}`);
    },
  );
  const bySchema = home
    .since(from)
    .flatMap((object) => fieldsOf(object).filter((field) => field.purpose === purpose));
  expect(bySchema.length, `fields of ${purpose} by the schemas`).toBeGreaterThan(0);
}

/** Everybody agrees to everything, and everything happens that could tell of it. */
async function agreeToAll(): Promise<void> {
  for (const purpose of TRACED) await home.say(purpose, 'given');
  await home.wish();
  await home.restrict();
}

function isStatusWithout(...purposes: readonly TracedPurpose[]): (object: JsonObject) => boolean {
  return ({ schema, body }) => {
    const withheld = (body as JsonObject | undefined)?.withheld ?? [];
    return (
      schema === 'loadgate.status-report/1' && purposes.every((one) => (withheld as string[]).includes(one))
    );
  };
}

/** What the broker holds for whoever comes now, asked with a client of somebody else's making. */
async function retained(): Promise<readonly JsonObject[]> {
  const { port } = new URL(home.broker.url);
  const args = ['-h', '127.0.0.1', '-p', port, '-t', '#', '--retained-only', '-W', '1', '-F', '%t %p'];
  const asked = promisify(execFile)('mosquitto_sub', args);
  // It ends with an error when its time is up, which is how it always ends.
  const { stdout } = await asked.catch((error: { readonly stdout: string }) => error);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [topic = '', ...rest] = line.split(' ');
      return judgeMessage({ topic, payload: Buffer.from(rest.join(' ')), isRetained: true }).objects;
    });
}

describe('the purposes', () => {
  it('that fields are of by the schemas are those whose traces are known, and all others are of no field', () => {
    const ofFields = [...purposesOfSchemas()].filter((purpose) => !OWED.includes(purpose));
    expect(ofFields.toSorted()).toEqual(TRACED.toSorted());
    const all = [...TRACED, ...Object.keys(UNTRACED)];
    expect(all.toSorted()).toEqual(Object.keys(CONSENT_PURPOSES).toSorted());
    for (const [purpose, why] of Object.entries(UNTRACED)) console.log(`no field is of ${purpose}: ${why}`);
  });

  it('are told to the household as they are looked for here', () => {
    const rows = readFileSync('docs/consent.md', 'utf8').split('\n');
    const leavesOf = (purpose: string): string | undefined =>
      rows
        .find((row) => row.startsWith(`| \`${purpose}\` |`))
        ?.split('|')[3]
        ?.trim();
    for (const purpose of TRACED) expect(leavesOf(purpose)).toBe(TRACES[purpose].leaves);
    for (const purpose of GATEWAY_PURPOSES.filter((one) => one in UNTRACED)) {
      expect(leavesOf(purpose)).toMatch(/^nothing/);
    }
  });
});

describe.skipIf(!hasMosquitto)('what is withdrawn leaves no more', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    home = await ConsentingHome.open(bed);
    for (const purpose of TRACED) await home.say(purpose, 'given');
    // A way that was never broken has nothing to tell.
    await home.loseBroker();
    await home.wantStatus();
    await home.broker.start();
    await agreeToAll();
    await home.wantStatus();
  }, 120_000);

  afterAll(() => bed.close());

  it.each(TRACED)('%s, with the broker there; all else goes on', async (purpose) => {
    await expectShown(purpose, 0);
    await home.say(purpose, 'withdrawn');
    expect(found(purpose, home.outbox())).toEqual([]);
    const withdrawn = await home.come('the withdrawal', 0, (object) => {
      const isEntry = object.schema === 'loadgate.consent-entry/1' && object.action === 'withdrawn';
      return isEntry && object.purpose === purpose;
    });
    const once = await home.come('a status without it', withdrawn, isStatusWithout(purpose));
    await home.come('the tombstone', withdrawn, ({ schema }) => schema === 'loadgate.tombstone/1');
    await home.wantStatus();
    const twice = await home.come('another status', once, isStatusWithout(purpose));
    for (const other of TRACED.filter((one) => one !== purpose)) {
      expect(found(other, home.since(once)), other).not.toEqual([]);
    }
    await home.pass(twice);
    expect(found(purpose, home.since(withdrawn))).toEqual([]);
    expect(found(purpose, home.outbox())).toEqual([]);
    const held = await retained();
    expect(held.map(({ schema }) => schema)).toContain('loadgate.status-report/1');
    expect(found(purpose, held)).toEqual([]);
    await home.say(purpose, 'given');
    if (purpose === 'dnoRestriction') await home.restrict();
  });

  it.each([
    ['the gateway going on', false],
    ['the gateway killed before the broker is back', true],
  ])('each of them while the broker is away, %s', async (_, isKilled) => {
    await agreeToAll();
    await home.loseBroker();
    const away = home.here();
    await home.wantStatus();
    const tells = (): boolean => TRACED.every((purpose) => found(purpose, home.outbox()).length > 0);
    await until('something of all of them waits', tells, { withinMs: 40_000 });
    for (const [place, purpose] of TRACED.entries()) {
      await home.say(purpose, 'withdrawn');
      for (const gone of TRACED.slice(0, place + 1)) expect(found(gone, home.outbox())).toEqual([]);
      for (const left of TRACED.slice(place + 1)) expect(found(left, home.outbox()), left).not.toEqual([]);
    }
    if (isKilled) await home.killGateway();
    await home.broker.start();
    const without = await home.come('a status without them', away, isStatusWithout(...TRACED));
    await home.come('what happened meanwhile', away, (object) => kindOf(object) === 'consentChanged');
    await home.wantStatus();
    await home.pass(await home.come('another status', without, isStatusWithout(...TRACED)));
    for (const purpose of TRACED) {
      expect(found(purpose, home.since(away))).toEqual([]);
      expect(found(purpose, home.outbox())).toEqual([]);
    }
  });

  it('and the household sees where it stands', async () => {
    const { code, stdout } = await home.home.ask('consent', 'show', '--json');
    expect(code).toBe(0);
    const { purposes } = JSON.parse(stdout) as {
      readonly purposes: readonly { readonly purpose: string; readonly state: string }[];
    };
    expect(purposes.map(({ purpose }) => purpose)).toEqual(GATEWAY_PURPOSES);
    for (const { purpose, state } of purposes) {
      expect(state).toBe(TRACED.some((one) => one === purpose) ? 'withdrawn' : 'given');
    }
  });
});
