import { describe, expect, it, vi } from 'vitest';
import { readScenarios } from '../scenarios/readScenarios.ts';
import { ProcessStage } from '../scenarios/stages/processStage.ts';
import { tableOf, tellStory } from '../scenarios/tellStory.ts';
import { hasMosquitto } from '../support/processes/mosquitto.ts';

// A story is three processes that mostly wait; more homes at once than this would be late on two processors.
vi.setConfig({ maxConcurrency: 7 });

const isShort = process.env.LOADGATE_SHORT === '1';
const stories = readScenarios()
  .filter(({ scenario }) => !isShort || scenario.inShortRun)
  // They start one after the other: the longest first, so that all end together.
  .sort((one, other) => other.scenario.durationS - one.scenario.durationS);

describe.skipIf(!hasMosquitto)('at the stage processes', () => {
  it.concurrent.each(stories)('$name', async ({ name, scenario }) => {
    const because = scenario.notAt?.processes;
    if (because !== undefined) {
      console.log(`${name} is not told at the stage processes: ${because}`);
      return;
    }
    const stage = new ProcessStage(name, scenario);
    const { failures, skipped, observations } = await tellStory(scenario, 'processes', stage);
    for (const part of skipped) console.log(`${name}, stage processes, left out: ${part}`);
    expect(failures, tableOf(observations)).toEqual([]);
  });
});
