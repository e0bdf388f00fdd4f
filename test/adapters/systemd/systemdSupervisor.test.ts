import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createSupervisor } from '../../../src/adapters/systemd/systemdSupervisor.ts';
import type { Log } from '../../../src/ports/log.ts';
import { SteppedClock } from '../../support/steppedClock.ts';

let directory: string;
let warnings: string[];
let clock: SteppedClock;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'loadgate-notify-'));
  warnings = [];
  clock = new SteppedClock();
  return () => rmSync(directory, { recursive: true, force: true });
});

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (fields) => warnings.push(JSON.stringify(fields)),
  error: () => {},
  child: () => log,
};

/** Stands in for systemd-notify: writes down what it was called with. */
function notifier(last = ''): string {
  const path = join(directory, 'notify');
  writeFileSync(
    path,
    `#!/bin/sh\nprintf '%s|' "$@" >> ${directory}/calls\necho "$NOTIFY_SOCKET" >> ${directory}/calls\n${last}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

function calls(): string[] {
  const path = join(directory, 'calls');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

function supervisor(environment: Record<string, string>, program = notifier()) {
  return createSupervisor({
    clock,
    log,
    environment: { PATH: process.env.PATH ?? '', ...environment },
    program,
  });
}

const WATCHED = { NOTIFY_SOCKET: '/run/test', WATCHDOG_USEC: '8000000' };

it('is silent when systemd did not start the gateway', async () => {
  const unwatched = supervisor({ WATCHDOG_USEC: '8000000' });
  unwatched.ready('up');
  unwatched.alive('up');
  unwatched.stopping();
  supervisor(WATCHED).stopping();
  await vi.waitFor(() => expect(calls()).toEqual(['STOPPING=1|/run/test']));
  expect(warnings).toEqual([]);
});

it('tells systemd when it is ready and when it stops, over the socket that systemd named', async () => {
  const watched = supervisor(WATCHED);
  watched.ready('holding 60 A\non L1');
  await vi.waitFor(() => expect(calls()).toEqual(['READY=1|STATUS=holding 60 A on L1|/run/test']));
  watched.stopping();
  await vi.waitFor(() => expect(calls()[1]).toBe('STOPPING=1|/run/test'));
});

describe('signs of life', () => {
  it('go out at most four times within the time of the watchdog', async () => {
    const watched = supervisor(WATCHED);
    for (let second = 0; second <= 8; second += 1) {
      // A cycle may end while the sign before it is still on its way, and is then passed over.
      await vi.waitFor(() => {
        watched.alive(`cycle ${second}`);
        expect(calls()).toHaveLength(Math.floor(second / 2) + 1);
      });
      await clock.advance(1_000);
    }
    expect(calls()[1]).toBe('WATCHDOG=1|STATUS=cycle 2|/run/test');
    expect(calls()).toHaveLength(5);
  });

  it('come from cycles only: none while no cycle ends', async () => {
    const watched = supervisor(WATCHED);
    watched.ready('up');
    await clock.advance(60_000);
    await vi.waitFor(() => expect(calls()).toHaveLength(1));
  });

  it('do not pile up behind one that hangs', async () => {
    const watched = supervisor(WATCHED, notifier('exec sleep 2'));
    watched.alive('one');
    await vi.waitFor(() => expect(calls()).toHaveLength(1));
    for (let second = 0; second < 20; second += 1) {
      await clock.advance(1_000);
      watched.alive('more');
    }
    expect(calls()).toHaveLength(1);
  });

  it('carry the status every ten seconds when there is no watchdog', async () => {
    const watched = supervisor({ NOTIFY_SOCKET: '/run/test' });
    for (let second = 0; second < 10; second += 1) {
      watched.alive('up');
      await clock.advance(1_000);
    }
    await vi.waitFor(() => expect(calls()).toHaveLength(1));
  });
});

it('says once that systemd cannot be told, and goes on', async () => {
  const watched = supervisor(WATCHED, join(directory, 'missing'));
  watched.ready('up');
  await vi.waitFor(() => expect(warnings).toHaveLength(1));
  for (let second = 0; second < 6; second += 1) {
    watched.alive('up');
    await clock.advance(2_000);
  }
  watched.stopping();
  expect(warnings).toEqual([expect.stringContaining('set NotifyAccess=all in the unit')]);
});
