/** This browser as a place to keep things in, and the gateway of this page as the source of lists. */
import { DeviceTrust, type Shelf, type Source } from './trust.js';

const CACHE = 'trust';
/** Addresses under which nothing is ever asked for. */
const PLACE = '/.kept/';

/** Cache Storage: it outlives the page's versions, and a browser that gives none (insecure pages, private windows) throws. */
const shelf: Shelf = {
  async read(name) {
    const kept = await (await caches.open(CACHE)).match(PLACE + name);
    return kept?.text();
  },
  async write(texts) {
    const cache = await caches.open(CACHE);
    for (const [name, text] of Object.entries(texts)) {
      if (text === undefined) await cache.delete(PLACE + name);
      else await cache.put(PLACE + name, new Response(text));
    }
  },
  async names() {
    const kept = await (await caches.open(CACHE)).keys();
    return kept.map(({ url }) => new URL(url).pathname.slice(PLACE.length));
  },
};

/** A list comes at once or the network is no help now. */
const LIST_MS = 10_000;
/** A province's bundle over a slow line. */
const BUNDLE_MS = 120_000;

const source: Source = async (path) => {
  // Asked for by its name each time: an unchanged list costs one line.
  const response = await fetch(path, { cache: 'no-cache', credentials: 'omit', signal: AbortSignal.timeout(path === '/api/bundle' ? BUNDLE_MS : LIST_MS) });
  if (response.ok) return response.text();
  if (response.status === 404) return undefined;
  throw new Error(`no list: ${String(response.status)}`);
};

export const deviceTrust = new DeviceTrust(shelf, source);

/** Browsers check signatures and keep files only for pages that came by HTTPS or from this machine. */
export const canCheckHere = (): boolean => typeof crypto.subtle !== 'undefined';
