import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { descendantsOf, OwnedProcess } from '../support/processes/ownedProcess.ts';
import { TestBed } from '../support/processes/testBed.ts';
import { patience, until } from '../support/processes/waiting.ts';

const ENDS_WITHIN_MS = 40_000;

let bed: TestBed;
beforeEach(() => {
  bed = new TestBed();
});
afterEach(() => bed.close());

/** `npm start` as a person types it, in a group of its own as a terminal gives it one. */
function npmStart(...args: readonly string[]): { readonly demo: OwnedProcess; readonly lines: string[] } {
  const lines: string[] = [];
  const demo = new OwnedProcess({
    name: 'npm start',
    command: ['npm', 'start', '--silent', '--', ...args],
    logFile: `${bed.folder}/npm-start.log`,
    onLine: (line) => lines.push(line),
    hasGroup: true,
  });
  bed.onClose(() => demo.kill());
  return { demo, lines };
}

describe('the commands of README', () => {
  it('npm start, bounded, prints one summary with all that it promises and never was above a ceiling for long', {
    timeout: 90_000,
  }, async () => {
    const { demo, lines } = npmStart('--for', '30s', '--speed', '10', '--json');
    const ending = await patience(demo.ended, ENDS_WITHIN_MS);
    expect(ending, demo.account()).toEqual({ code: 0, signal: null });
    const summary = JSON.parse(lines.join('\n'));
    expect(Object.keys(summary).sort()).toEqual([
      'commandsByCause',
      'energyDeliveredWh',
      'longestAvoidableExcursionSeconds',
      'longestExcursionSeconds',
      'messagesAcknowledged',
      'messagesReceived',
      'messagesSent',
      'secondsAboveExportCeiling',
      'secondsAboveImportCeiling',
      'secondsSimulated',
    ]);
    expect(summary.secondsSimulated).toBeGreaterThanOrEqual(30);
    expect(summary.longestAvoidableExcursionSeconds).toBeLessThanOrEqual(5);
    expect(summary.messagesReceived).toBeGreaterThan(0);
    expect(summary.messagesAcknowledged).toBe(summary.messagesReceived);
    expect(demo.log()).toMatch(/Loads left at: charge-point .+, immersion .+, solar .+\./);
  });

  it('Ctrl-C ends an unbounded npm start, says in which posture the loads are left, and leaves nothing running', {
    timeout: 90_000,
  }, async () => {
    const { demo, lines } = npmStart();
    await until('the gateway is shown', () => lines.some((line) => /broker connected/.test(line)), {
      withinMs: ENDS_WITHIN_MS,
    });
    const children = descendantsOf(demo.pid);
    // npm, perhaps its shell, the demonstration, and its two processes: the house and the gateway.
    expect(children.length).toBeGreaterThanOrEqual(3);
    demo.interruptGroup();
    const ending = await patience(demo.ended, ENDS_WITHIN_MS);
    // The demonstration ends with 0; the shell between it and npm may pass on that it was interrupted itself.
    expect([0, 130, 'SIGINT'], demo.account()).toContain(ending?.signal ?? ending?.code);
    expect(demo.log()).toMatch(
      /Loads left at: charge-point (paused|offers \d+\.\d A).*, immersion open, solar (open|closed)\./,
    );
    await until('no process is left', () => children.every((pid) => !existsSync(`/proc/${pid}`)), {
      withinMs: 5_000,
    });
    expect(lines.join('\n')).toMatch(/\d+ sent, \d+ acknowledged, \d+ received/);
  });
});
