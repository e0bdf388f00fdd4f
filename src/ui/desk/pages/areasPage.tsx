import { useState } from 'preact/hooks';
import type { AreaSummary, Areas } from '../../../contract/desk.ts';
import { count, percent, power } from '../../shared/format.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { TextField } from '../../shared/parts/field.tsx';
import { Badge, Figure, Waiting } from '../../shared/parts/words.tsx';
import { useDesk, useLive } from '../context.ts';
import { chooseAreas, totalOf } from '../logic/areaList.ts';
import { KindBadge } from '../parts/kind.tsx';

export function AreasPage() {
  useTitle('Areas');
  const { api } = useDesk();
  const areas = useFetched<Areas>(api, 'areas');
  const [search, setSearch] = useState('');
  useLive(({ event }) => {
    if (event === 'areas' || event === 'notices' || event === 'gap') areas.reload();
  });
  if (areas.value === undefined) return <Waiting refusal={areas.refusal} />;
  const total = totalOf(areas.value.areas);
  const shown = chooseAreas(areas.value.areas, search);
  return (
    <div class="stack">
      <h1>Areas</h1>
      <dl class="figures">
        <Figure name="Homes on all feeders" value={count(total.homes)} />
        <Figure
          name="Agreed"
          value={count(total.consenting)}
          beside={shareOf(total.consenting, total.homes)}
        />
        <Figure
          name="Reachable"
          value={count(total.reachable)}
          beside={shareOf(total.reachable, total.homes)}
        />
        <Figure name="Present load" value={power(total.importW)} beside={unknownWords(total.unknown)} />
        <Figure name="Charge points" value={power(total.chargePointsW)} />
      </dl>
      <section class="card flush" aria-label="Feeders and substations">
        <div class="card-head">
          <TextField
            id="search"
            name="Find an area"
            value={search}
            onValue={setSearch}
            input={{ type: 'search', placeholder: 'feeder or substation', spellcheck: false }}
          />
        </div>
        {shown.length === 0 ? (
          <p class="empty">
            {areas.value.areas.length === 0
              ? 'No area is registered yet. Gateways are registered on the command line: loadgate desk gateways import FILE.'
              : 'No area has such a name.'}
          </p>
        ) : (
          <AreaTable areas={shown} />
        )}
      </section>
    </div>
  );
}

function AreaTable({ areas }: { readonly areas: readonly AreaSummary[] }) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Area</th>
          <th scope="col" class="number">
            Homes
          </th>
          <th scope="col" class="number">
            Agreed
          </th>
          <th scope="col" class="number">
            Reachable
          </th>
          <th scope="col" class="number">
            Present load
          </th>
          <th scope="col" class="number">
            Charge points
          </th>
          <th scope="col">Notices</th>
        </tr>
      </thead>
      <tbody>
        {areas.map((area) => (
          <AreaRow key={area.kind + area.areaId} area={area} />
        ))}
      </tbody>
    </table>
  );
}

function AreaRow({ area }: { readonly area: AreaSummary }) {
  const { homes, consenting, reachable, load } = area;
  return (
    <tr>
      <th scope="row">
        <a class="area-name" href={`/areas/${area.areaId}`}>
          {area.areaId}
        </a>{' '}
        <span class="muted small light">{area.kind}</span>
      </th>
      <td class="number" data-name="Homes">
        {count(homes)}
      </td>
      <td class="number" data-name="Agreed">
        {count(consenting)}
      </td>
      <td class="number" data-name="Reachable">
        <span>
          {count(reachable)}
          {reachable < homes / 2 && homes > 0 && (
            <>
              {' '}
              <Badge tone="warn">under half</Badge>
            </>
          )}
        </span>
      </td>
      <td class="number" data-name="Present load">
        <span>
          {power(load.known === 0 ? undefined : load.importW)}
          {load.unknown > 0 && <span class="muted small"> +{count(load.unknown)} unknown</span>}
        </span>
      </td>
      <td class="number" data-name="Charge points">
        {power(load.known === 0 ? undefined : load.chargePointsW)}
      </td>
      <td data-name="Notices" class={area.liveNotices.length === 0 ? 'nothing' : 'wide'}>
        {area.liveNotices.length === 0 ? (
          <span class="muted">none</span>
        ) : (
          <span class="row">
            {area.liveNotices.map(({ noticeId, isRehearsal }) => (
              <a key={noticeId} href={`/notices/${noticeId}`} aria-label={`Notice ${noticeId}`}>
                <KindBadge isRehearsal={isRehearsal} />
              </a>
            ))}
          </span>
        )}
      </td>
    </tr>
  );
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? 'of none' : `${percent(part, whole)} of homes`;
}

function unknownWords(unknown: number): string {
  return unknown === 0 ? 'all figures fresh' : `without ${count(unknown)} unknown`;
}
