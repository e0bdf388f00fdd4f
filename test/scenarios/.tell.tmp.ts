import { readScenarios } from '/work/main/test/scenarios/readScenarios.ts';
import { CoreStage } from '/work/main/test/scenarios/stages/coreStage.ts';
import { GatewayStage } from '/work/main/test/scenarios/stages/gatewayStage.ts';
import { tableOf, tellStory } from '/work/main/test/scenarios/tellStory.ts';

const [, , want = '', show = ''] = process.argv;
for (const { name, scenario } of readScenarios()) {
  if (!name.includes(want)) continue;
  for (const st of ['core', 'gateway'] as const) {
    if (scenario.notAt?.[st]) continue;
    const r = await tellStory(
      scenario,
      st,
      st === 'core' ? new CoreStage(scenario) : new GatewayStage(scenario),
    );
    if (r.failures.length || want) console.log(name, st, JSON.stringify(r.failures, null, 1));
    if (show === st) console.log(tableOf(r.observations));
  }
}
process.exit(0);
