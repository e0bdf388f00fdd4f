import type { Step } from '../stepSchema.ts';

/** One line of input of the simulated house. */
export type HouseCommand = { readonly command: string } & Readonly<Record<string, unknown>>;

/** What the house is told for a step; nothing for a step that the house has no part in. */
export function houseCommandOf(step: Step): HouseCommand | undefined {
  switch (step.do) {
    case 'fault':
      return { command: 'fault', device: step.device, fault: step.fault };
    case 'clearFaults':
      return { command: 'clearFaults' };
    case 'plugIn':
    case 'plugOut':
      return { command: step.do, device: step.device };
    case 'draw':
      return { command: 'draw', phase: step.phase, currentA: step.currentA };
    case 'signal':
      return {
        command: 'signal',
        device: step.device,
        input: step.input,
        isActive: step.is === 'energised',
      };
    default:
      return undefined;
  }
}
