/** The one place where the pages take the time: a browser has no Clock port. */

export function nowMs(): number {
  return Date.now();
}

/** Runs again and again until the returned function is called. */
export function every(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs);
  return () => clearInterval(timer);
}

/** Runs once, unless the returned function is called before. */
export function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
