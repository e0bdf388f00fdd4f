import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DeskStore } from '../../src/backoffice/store.ts';
import { folder, open } from './storeFolder.ts';

describe('the consent of a home, as an earlier version kept it in one text', () => {
  /** Tables of the version before consent had its own. */
  const BEFORE =
    /^(remembered|gateway|set_aside|notice|sequence|target|series|receipt|audit|stream_stand|received)/;
  const at = (second: number) => `2026-01-05T12:00:0${second}.123Z`;
  const entry = (number: number, change: object = {}) => ({
    message: {
      schema: 'loadgate.consent-entry/1',
      gatewayId: 'home-1',
      entry: number,
      purpose: 'demandControl',
      action: 'given',
      textVersion: 'demand-control-1',
      person: 'main',
      how: 'paper',
      at: at(number),
      ...change,
    },
    jws: `jws-${number}`,
    isAcknowledged: number === 1,
    isUnconfirmed: false,
  });
  const request = (id: string, gatewayId: string) => ({
    request: {
      schema: 'loadgate.consent/1',
      gatewayId,
      id,
      issuedAt: at(0),
      purpose: 'demandControl',
      action: 'withdrawn',
      textVersion: 'demand-control-1',
      person: 'main',
    },
    jws: `signed-${id}`,
  });
  const tombstone = {
    message: {
      schema: 'loadgate.tombstone/1',
      gatewayId: 'home-1',
      at: at(3),
      purposes: ['demandControl'],
      streams: [],
    },
    jws: 'tombstone',
  };

  function openMoved(): DeskStore {
    const directory = folder();
    open(directory).close();
    const database = new Database(join(directory, 'desk.sqlite'));
    const later = database
      .prepare<[], { type: string; name: string }>(
        "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'table') ORDER BY type DESC",
      )
      .all()
      .filter(({ name }) => !BEFORE.test(name) && !name.startsWith('sqlite_'));
    for (const { type, name } of later) database.exec(`DROP ${type} ${name}`);
    const put = database.prepare('INSERT INTO remembered VALUES (?, ?)');
    const entries = [entry(1), entry(2, { action: 'withdrawn', expiresAt: at(9) })];
    put.run(
      'consent of home-1',
      JSON.stringify({ entries, requests: [request('asked-1', 'home-1')], tombstones: [tombstone] }),
    );
    put.run(
      'consent of home-2',
      JSON.stringify({ entries: [], requests: [request('asked-2', 'home-2')], tombstones: [] }),
    );
    put.run('consent to be sent', JSON.stringify(['home-2']));
    put.run('trust bundle', 'kept');
    database.pragma('user_version = 2');
    database.close();
    return open(directory);
  }

  it('is moved into tables, with what was acknowledged and what was not sent', () => {
    const store = openMoved();
    expect(store.consentEntries('home-1')).toEqual([
      entry(1),
      entry(2, { action: 'withdrawn', expiresAt: at(9) }),
    ]);
    expect(store.unacknowledgedConsent()).toEqual(['home-1']);
    expect(store.consentRequests('home-1')).toEqual([{ ...request('asked-1', 'home-1'), state: 'sent' }]);
    expect(store.consentRequests('home-2')).toMatchObject([{ state: 'waiting' }]);
    expect(store.unsentConsent()).toEqual(['home-2']);
    expect(store.tombstones('home-1')).toEqual([tombstone]);
    expect([store.remembered('consent of home-1'), store.remembered('trust bundle')]).toEqual([
      undefined,
      'kept',
    ]);
  });

  it('answers who has withdrawn demandControl in one question', () => {
    const store = openMoved();
    const question = { purpose: 'demandControl', state: 'withdrawn', page: 1, pageSize: 10 } as const;
    const stands = store.consentStands({ ...question, nowUtcMs: Date.parse(at(5)) });
    const row = { gatewayId: 'home-1', person: 'main', purpose: 'demandControl', state: 'withdrawn' };
    expect(stands).toEqual({ total: 1, rows: [{ ...row, textVersion: 'demand-control-1', at: at(2) }] });
  });
});

it('an entry of consent is never changed and never deleted', () => {
  const directory = folder();
  const store = open(directory);
  const said = { purpose: 'research', action: 'given', textVersion: 'research-1', person: 'main' } as const;
  const at = '2026-01-05T12:00:00.000Z';
  const head = {
    schema: 'loadgate.consent-entry/1',
    gatewayId: 'home-1',
    entry: 1,
    how: 'paper',
    at,
  } as const;
  store.saveConsentEntry({ ...head, ...said }, 'jws');
  store.close();
  const database = new Database(join(directory, 'desk.sqlite'));
  onTestFinished(() => {
    database.close();
  });
  expect(() => database.exec("UPDATE consent_entry SET jws = 'other'")).toThrow(/never changed/);
  expect(() => database.exec('DELETE FROM consent_entry')).toThrow(/never deleted/);
});
