import { describe, expect, it } from 'vitest';
import type { StageName } from './parts.ts';
import { readScenarios } from './readScenarios.ts';
import { CoreStage } from './stages/coreStage.ts';
import { GatewayStage } from './stages/gatewayStage.ts';
import type { Stage } from './stages/stage.ts';
import { tableOf, tellStory } from './tellStory.ts';

const stories = readScenarios();

describe.each<{ stageName: StageName; open: (scenario: (typeof stories)[number]['scenario']) => Stage }>([
  { stageName: 'core', open: (scenario) => new CoreStage(scenario) },
  { stageName: 'gateway', open: (scenario) => new GatewayStage(scenario) },
])('at the stage $stageName', ({ stageName, open }) => {
  it.each(stories)('$name', async ({ name, scenario }) => {
    const because = scenario.notAt?.[stageName];
    if (because !== undefined) {
      console.log(`${name} is not told at the stage ${stageName}: ${because}`);
      return;
    }
    const { failures, skipped, observations } = await tellStory(scenario, stageName, open(scenario));
    for (const part of skipped) console.log(`${name}, stage ${stageName}, left out: ${part}`);
    expect(failures, tableOf(observations)).toEqual([]);
  });
});
