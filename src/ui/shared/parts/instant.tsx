import { age } from '../format.ts';
import { useNow } from '../hooks.ts';
import { localTime, utcTime } from '../instants.ts';

/** An instant in local time; UTC when it is pointed at. */
export function Instant({ at }: { readonly at: string }) {
  const now = useNow(60_000);
  const utcMs = Date.parse(at);
  return (
    <time dateTime={at} title={utcTime(utcMs)}>
      {localTime(utcMs, now)}
    </time>
  );
}

/** How long ago; the instant itself when it is pointed at. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow(5_000);
  const utcMs = Date.parse(at);
  return (
    <time dateTime={at} title={`${localTime(utcMs, now)} · ${utcTime(utcMs)}`}>
      {age(now - utcMs)}
    </time>
  );
}
