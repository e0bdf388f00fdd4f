import type { Board } from '../../../contract/desk.ts';
import { count, counted, energy, percent, power } from '../../shared/format.ts';
import { Figure } from '../../shared/parts/words.tsx';

/** The funnel from asked to obeyed, and the relief, each with what it is measured against. */
export function BoardFigures({ board }: { readonly board: Board }) {
  const { asked, consenting, reached, accepted, obeyed, active, trimmed, floored } = board.counts;
  const { measuredW, forecastW, energyWh, measured, unmeasured } = board.relief;
  const share = (part: number) => (asked === 0 ? 'of none' : percent(part, asked));
  return (
    <dl class="figures">
      <Figure name="Asked" value={count(asked)} beside={`${count(consenting)} had agreed`} />
      <Figure name="Answered" value={count(reached)} beside={share(reached)} />
      <Figure name="Took it" value={count(accepted)} beside={share(accepted)} />
      <Figure name="Obeyed" value={count(obeyed)} beside={limitWords(trimmed, floored)} />
      <Figure name="In force now" value={count(active)} beside={share(active)} />
      <Figure
        name={board.isRehearsal ? 'Relief (rehearsal)' : 'Relief now'}
        value={power(measuredW)}
        beside={`forecast ${power(forecastW)}`}
      />
      <Figure
        name="Energy not drawn"
        value={measured === 0 && energyWh === 0 ? 'unknown' : energy(energyWh)}
        beside={
          unmeasured === 0 ? `${counted(measured, 'home')} measured` : `${count(unmeasured)} not measured`
        }
      />
    </dl>
  );
}

function limitWords(trimmed: number, floored: number): string {
  const parts = [
    ...(trimmed === 0 ? [] : [`${count(trimmed)} for less time`]),
    ...(floored === 0 ? [] : [`${count(floored)} in part`]),
  ];
  return parts.length === 0 ? 'in full' : parts.join(', ');
}
