import type { BoardCounts, Stage } from '../../../contract/desk.ts';
import { count } from '../../shared/format.ts';
import { STAGE_WORDS } from '../logic/words.ts';

/** Empty: all. */
export type StageFilter = '' | Stage;

interface StageBarProps {
  readonly counts: BoardCounts;
  readonly chosen: StageFilter;
  readonly onChoose: (stage: StageFilter) => void;
}

const ORDER: readonly Stage[] = [
  'asked',
  'received',
  'started',
  'completed',
  'cancelled',
  'superseded',
  'released',
  'withdrawn',
  'refused',
];

/** Every gateway once, by how far it is. Each part is also a filter of the table below. */
export function StageBar({ counts, chosen, onChoose }: StageBarProps) {
  const parts = ORDER.map((stage) => ({ stage, many: counts.stages[stage] ?? 0 })).filter(
    ({ many }) => many > 0,
  );
  return (
    <div class="card stack close">
      <div class="stages" aria-hidden="true">
        {parts.map(({ stage, many }) => (
          <span key={stage} class={`stage-part stage-${stage}`} style={{ flexGrow: many }} />
        ))}
      </div>
      <fieldset class="presets" aria-label="Show gateways that are">
        <button type="button" class="button chip" aria-pressed={chosen === ''} onClick={() => onChoose('')}>
          All {count(counts.asked)}
        </button>
        {parts.map(({ stage, many }) => (
          <button
            key={stage}
            type="button"
            class="button chip"
            title={STAGE_WORDS[stage].meaning}
            aria-pressed={chosen === stage}
            onClick={() => onChoose(chosen === stage ? '' : stage)}
          >
            <span class={`swatch stage-${stage}`} aria-hidden="true" />
            {STAGE_WORDS[stage].name} {count(many)}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
