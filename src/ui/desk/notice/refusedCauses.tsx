import type { BoardCounts } from '../../../contract/desk.ts';
import { count } from '../../shared/format.ts';
import { adviceFor } from '../logic/words.ts';

/** Why gateways did not take it: in plain words, with what the desk can do about it. */
export function RefusedCauses({ counts }: { readonly counts: BoardCounts }) {
  const most = Math.max(1, ...counts.refused.map((one) => one.count));
  return (
    <section class="card stack close" aria-label="Refused, by cause">
      <h3>Refused, by cause</h3>
      {counts.refused.length === 0 ? (
        <p class="muted">No gateway has refused it.</p>
      ) : (
        <ul class="plain causes">
          {counts.refused.map(({ code, meaning, count: many }) => (
            <li key={code}>
              <strong class="number">{count(many)}</strong>
              <div>
                <p>{capital(meaning)}</p>
                <div class="progress bad" aria-hidden="true">
                  <span class="progress-part" style={{ width: `${(100 * many) / most}%` }} />
                </div>
                <p class="muted small">{adviceFor(code)}</p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
