/** A name as certificates print it, on one line. */
export function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}
