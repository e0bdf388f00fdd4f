import type { ComponentChildren } from 'preact';
import type { RefusalBody } from '../api.ts';
import type { Tone } from '../tone.ts';

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export function Note({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <div class={`note ${tone}`}>{children}</div>;
}

/** Why something was not done or not shown; read out at once. */
export function RefusalNote({ refusal }: { readonly refusal: RefusalBody | undefined }) {
  if (refusal === undefined) return null;
  return (
    <div class="note bad" role="alert">
      <p>{refusal.sentence}</p>
      {refusal.problems.length > 0 && (
        <ul>
          {refusal.problems.map(({ path, sentence }) => (
            <li key={path + sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly beside?: ComponentChildren;
}

/** A list of figures stands in `<dl class="figures">`. */
export function Figure({ name, value, beside }: FigureProps) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <span class="value">{value}</span>
        {beside !== undefined && <div class="beside">{beside}</div>}
      </dd>
    </div>
  );
}

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** While a page waits for its first figures. */
export function Waiting({ refusal }: { readonly refusal?: RefusalBody | undefined }) {
  if (refusal !== undefined) return <RefusalNote refusal={refusal} />;
  return (
    <p class="muted" role="status">
      Asking the desk …
    </p>
  );
}
