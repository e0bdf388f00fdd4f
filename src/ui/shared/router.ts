import { useEffect, useState } from 'preact/hooks';

export interface Place {
  /** Parts of the path: `/notices/n-1` is `['notices', 'n-1']`. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

function hereAndNow(): Place {
  const parts = location.pathname.split('/').filter((part) => part !== '');
  return { parts: parts.map(decode), query: new URLSearchParams(location.search) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function goTo(address: string): void {
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
  scrollTo(0, 0);
}

/** Takes the place of the present entry of the history: for filters, which nobody wants to step back through. */
export function replaceWith(address: string): void {
  history.replaceState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Where the person is. Links to own pages are followed without loading the page anew. */
export function usePlace(): Place {
  const [place, setPlace] = useState(hereAndNow);
  useEffect(() => {
    const moved = () => setPlace(hereAndNow());
    addEventListener('popstate', moved);
    document.addEventListener('click', followLink);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', followLink);
    };
  }, []);
  return place;
}

function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (link === null || !isPlain || event.defaultPrevented) return;
  if (link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return;
  if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#') === true) return;
  event.preventDefault();
  goTo(link.pathname + link.search);
}
