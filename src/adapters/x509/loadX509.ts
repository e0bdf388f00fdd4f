/**
 * The library for requests and certificates. Loaded only when one is made: a gateway does so about once a year and has no room
 * for it in its memory before.
 */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  // The library finds its parts by it, and expects it to be there first.
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}
