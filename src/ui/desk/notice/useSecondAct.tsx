import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Notice } from '../../../contract/desk.ts';
import { Tick } from '../../shared/parts/ask.tsx';
import { TextField } from '../../shared/parts/field.tsx';
import { areaToType } from '../logic/words.ts';

interface SecondAct {
  readonly isReady: boolean;
  readonly fields: VNode;
}

/**
 * What has to be done before a far-reaching button opens: a tick, and for a real notice the area typed out, so that it
 * cannot be done in passing.
 */
export function useSecondAct(notice: Notice, tick: string): SecondAct {
  const [isTicked, setIsTicked] = useState(false);
  const [typed, setTyped] = useState('');
  const wanted = areaToType(notice.area);
  const isTyped = notice.isRehearsal || typed.trim() === wanted;
  const isMany = notice.area.kind === 'gateways';
  return {
    isReady: isTicked && isTyped,
    fields: (
      <div class="stack close">
        <Tick isTicked={isTicked} onTick={setIsTicked}>
          {tick}
        </Tick>
        {!notice.isRehearsal && (
          <TextField
            id="typed"
            name={`This is real. Type ${wanted} (${isMany ? 'how many gateways' : 'the area'}) to go on.`}
            value={typed}
            onValue={setTyped}
            input={{ autoComplete: 'off', autoCapitalize: 'none', spellcheck: false }}
          />
        )}
      </div>
    ),
  };
}
