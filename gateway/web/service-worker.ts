/**
 * Keeps the pages on the device, so that a licence can be checked where there is no network. A version is kept whole: the next one
 * waits until no page of this one is open, so that no page ever loads a part of another version.
 */

/** Written in when the pages are bundled: addresses, and the integrity of what they must hold (Subresource Integrity, 3.1). */
declare const FILES: readonly (readonly [address: string, integrity: string])[];
declare const VERSION: string;

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const KEPT = `pages-${VERSION}`;
const SHELL = '/';

addEventListener('install', (event) => {
  // What is kept is shown until the next version: a page that a network puts before its own, or a file of a version that came meanwhile, must not get in.
  const files = FILES.map(([address, integrity]) => new Request(address, { cache: 'reload', redirect: 'error', integrity }));
  (event as Lasting).waitUntil(caches.open(KEPT).then((cache) => cache.addAll(files)));
});

addEventListener('activate', (event) => {
  (event as Lasting).waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('pages-') && name !== KEPT).map((name) => caches.delete(name)))));
});

addEventListener('fetch', (event) => {
  const { request } = event as Fetching;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== 'GET') return;
  // Every page is the same document; what it asks of the gateway is never answered from here.
  const file = request.mode === 'navigate' && isPage(pathname) ? SHELL : pathname.startsWith('/assets/') ? pathname : undefined;
  if (file !== undefined) (event as Fetching).respondWith(kept(file, request));
});

const isPage = (pathname: string): boolean => pathname === '/' || /^\/(verify|issue|q|d|l|wallet|grant)(\/|$)/.test(pathname);

async function kept(file: string, request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  return (await cache.match(file)) ?? fetch(request);
}
