import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StreamReport } from '../../src/contract/desk.ts';
import type { LossMessage } from '../../src/contract/streams.ts';
import type { StreamHolding } from '../../src/ports/streams.ts';
import { SteppedClock } from '../support/steppedClock.ts';
import { LossyBroker } from './lossyBroker.ts';
import { ReceivingDesk } from './receivingDesk.ts';
import { keyOf, SampledGateway, type Written } from './sampledGateway.ts';

export interface OutageStory {
  readonly days: number;
  readonly mostBytes: number;
  readonly kills: number;
  /** Also while the backlog goes up. */
  readonly killsInCatchUp: number;
}

export interface OutageEnd {
  readonly written: Written;
  /** What the receiver took, by key, with the hash of the body. */
  readonly taken: ReadonlyMap<string, string>;
  readonly losses: readonly LossMessage['losses'][number][];
  readonly reports: readonly StreamReport[];
  readonly repeatedDeliveries: number;
  readonly requests: number;
  readonly atWorst: readonly StreamHolding[];
  readonly catchUp: { readonly messages: number; readonly bytes: number; readonly simulatedS: number };
}

const MINUTE_MS = 60_000;

/** Numbers that look random and are the same in every run (Lehmer, Park and Miller 1988). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** A gateway without a broker for days, killed now and then; then the broker comes back and loses this and that. */
export async function tellOutage({
  days,
  mostBytes,
  kills,
  killsInCatchUp,
}: OutageStory): Promise<OutageEnd> {
  const directory = mkdtempSync(join(tmpdir(), 'loadgate-outage-'));
  const clock = new SteppedClock({ utcMs: Date.UTC(2026, 1, 14, 9, 30) });
  const broker = new LossyBroker();
  const random = seeded(20260214);
  const gateway = new SampledGateway({ directory, clock, broker, room: { mostBytes, keepDays: 7 }, random });
  const desk = new ReceivingDesk(join(directory, 'desk'), clock);
  broker.onDelivery = (message) => desk.take(message);
  try {
    const minutes = days * 24 * 60;
    const killAt = new Set(Array.from({ length: kills }, () => Math.floor(random() * minutes)));
    let atWorst: readonly StreamHolding[] = [];
    gateway.start();
    for (let minute = 0; minute < minutes; minute += 1) {
      await gateway.liveAMinute();
      if (killAt.has(minute)) {
        gateway.kill();
        // Down for a while.
        await clock.advance(Math.floor(random() * 10) * MINUTE_MS);
        gateway.start();
      }
      if (minute % 720 === 719) atWorst = worse(atWorst, gateway.store.streams.holdings());
    }
    broker.losesAcknowledgementEvery = 97;
    broker.losesMessageEvery = 1_009;
    const { published } = broker;
    const fromMs = clock.runningMs();
    broker.setThere(true);
    for (let minute = 0; minute < 10 || gateway.store.pendingCount() > 3; minute += 1) {
      await gateway.liveAMinute();
      if (minute < killsInCatchUp) {
        gateway.kill();
        gateway.start();
      }
      if (minute > 600) throw new Error('the backlog does not go up');
    }
    const catchUp = {
      messages: broker.published - published,
      bytes: desk.bytes,
      simulatedS: (clock.runningMs() - fromMs) / 1_000,
    };
    broker.losesMessageEvery = 0;
    // A day and some more: manifests, requests for what the broker has lost, their answers.
    for (let minute = 0; minute < 26 * 60; minute += 1) {
      await gateway.liveAMinute();
      for (const request of desk.takeRequests()) gateway.answer(request);
    }
    broker.losesAcknowledgementEvery = 0;
    for (let minute = 0; minute < 20; minute += 1) {
      await gateway.liveAMinute();
      for (const request of desk.takeRequests()) gateway.answer(request);
    }
    await clock.advance(5_000);
    const reports = desk.report();
    gateway.close();
    const { taken, losses, repeatedDeliveries, requests } = desk;
    return {
      written: gateway.written,
      taken,
      losses,
      reports,
      repeatedDeliveries,
      requests,
      atWorst,
      catchUp,
    };
  } finally {
    desk.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Whatever is not whole: in words, so that a failing test says it. */
export function judgeOutage({ written, taken, losses, reports }: OutageEnd): readonly string[] {
  const flaws: string[] = [];
  const lost = new Set<string>();
  const merged = new Set<string>();
  const [outboxId = ''] = [...written.keys()].map((key) => key.split(' ')[0] ?? '');
  for (const { stream, sequences, mergedInto } of losses) {
    if (sequences === undefined) continue;
    for (let sequence = sequences.from; sequence <= sequences.until; sequence += 1) {
      lost.add(keyOf({ outboxId, stream, sequence }));
    }
    if (mergedInto !== undefined) merged.add(keyOf({ outboxId, stream, sequence: mergedInto }));
  }
  for (const [key, hash] of written) {
    const found = taken.get(key);
    if (found === undefined && !lost.has(key)) flaws.push(`${key} never came, and no entry says why`);
    if (found !== undefined && lost.has(key)) flaws.push(`${key} came, and was said to be lost`);
    if (found !== undefined && found !== hash && !merged.has(key))
      flaws.push(`${key} came with another body`);
  }
  for (const key of taken.keys()) if (!written.has(key)) flaws.push(`${key} came, and was never recorded`);
  for (const { stream, missing, gone, contradicted, provenUntil } of reports) {
    if (gone > 0) flaws.push(`${stream}: ${gone} were asked for and not kept any more`);
    if (missing > 0) flaws.push(`${stream}: the receiver still misses ${missing}`);
    if (contradicted > 0)
      flaws.push(`${stream}: ${contradicted} manifests say something else than what came`);
    if (provenUntil === 0) flaws.push(`${stream}: nothing was proven by a manifest`);
  }
  return flaws;
}

function worse(before: readonly StreamHolding[], now: readonly StreamHolding[]): readonly StreamHolding[] {
  const sum = (all: readonly StreamHolding[]): number =>
    all.reduce((bytes, one) => bytes + one.waitingBytes, 0);
  return sum(now) > sum(before) ? now : before;
}
