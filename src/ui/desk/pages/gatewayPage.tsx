import type { GatewayRow } from '../../../contract/desk.ts';
import { useFetched, useTitle } from '../../shared/hooks.ts';
import { Ago } from '../../shared/parts/instant.tsx';
import { Fact, Waiting } from '../../shared/parts/words.tsx';
import { useThrottled } from '../../shared/useThrottled.ts';
import { useDesk, useLive } from '../context.ts';
import { Consents } from '../gateway/consents.tsx';
import { Streams } from '../gateway/streams.tsx';

const REFETCH_MS = 5_000;

/** One gateway: how whole its records are, and what its household has agreed to. */
export function GatewayPage({ gatewayId }: { readonly gatewayId: string }) {
  useTitle(gatewayId);
  const { api } = useDesk();
  const found = useFetched<GatewayRow>(api, `gateways/${encodeURIComponent(gatewayId)}`);
  const refetch = useThrottled(found.reload, REFETCH_MS);
  useLive(({ event }) => {
    if (event === 'areas' || event === 'gap') refetch();
  });
  if (found.value === undefined) return <Waiting refusal={found.refusal} />;
  const { feeder, substation, isReachable, lastSeenAt, version, key } = found.value;
  return (
    <div class="stack">
      <div>
        <p class="muted">
          <a href={`/areas/${feeder}`}>Feeder {feeder}</a> / gateway
        </p>
        <h1 class="hash">{gatewayId}</h1>
      </div>
      <dl class="facts">
        <Fact name="Reachable">
          {isReachable ? 'yes' : 'no'}
          {lastSeenAt !== undefined && (
            <span class="muted">
              {' · heard '}
              <Ago at={lastSeenAt} />
            </span>
          )}
        </Fact>
        {substation !== undefined && <Fact name="Substation">{substation}</Fact>}
        <Fact name="Version">{version ?? 'not told yet'}</Fact>
        <Fact name="Key">{key === 'none' ? 'none: what it signs cannot be checked' : key}</Fact>
      </dl>
      <Streams gatewayId={gatewayId} />
      <Consents gatewayId={gatewayId} />
    </div>
  );
}
