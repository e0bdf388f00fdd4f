import { useTitle } from '../../shared/hooks.ts';

export function NoPage() {
  useTitle('No such page');
  return (
    <div class="stack">
      <h1>There is no such page</h1>
      <p>
        Nothing lies at this address. Begin with the <a href="/areas">areas</a>.
      </p>
    </div>
  );
}
