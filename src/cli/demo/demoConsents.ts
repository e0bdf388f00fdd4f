import { GATEWAY_PURPOSES } from '../../domain/consent.ts';
import { askChoice } from '../localClient.ts';

/**
 * Has the household of the demonstration agree to everything that its site plan has a text for, as a person would say it; or
 * none of its readings would leave the house.
 * @returns whether all of it could be said
 */
export async function giveDemoConsents(runtimeDirectory: string): Promise<boolean> {
  for (const purpose of GATEWAY_PURPOSES) {
    const wish = {
      purpose,
      action: 'given',
      text: '',
      person: 'main',
      how: 'commandLine',
      evidence: '',
      until: '',
    };
    const answer = await askChoice(runtimeDirectory, '/consent', wish);
    if (!answer.ok) return false;
  }
  return true;
}
