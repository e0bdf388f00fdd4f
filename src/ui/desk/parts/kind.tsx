/** A rehearsal and the real thing never look alike: another colour, another shape, another word. */
export function KindBadge({ isRehearsal }: { readonly isRehearsal: boolean }) {
  return isRehearsal ? <span class="badge rehearsal">Rehearsal</span> : <span class="badge real">Real</span>;
}

interface KindFrameProps {
  readonly isRehearsal: boolean;
  /** What is real about it, when it is: "This notice moves load in homes." */
  readonly realWords: string;
}

/** The band at the head of a page that shows one notice. */
export function KindBand({ isRehearsal, realWords }: KindFrameProps) {
  return isRehearsal ? (
    <div class="kind rehearsal">
      <strong>Rehearsal</strong>
      <span>Everything happens but one thing: no load moves in any home.</span>
    </div>
  ) : (
    <div class="kind real">
      <strong>Real notice</strong>
      <span>{realWords}</span>
    </div>
  );
}
