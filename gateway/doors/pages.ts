/** The pages of the doors: one small bundle, compressed once, served from memory. A browser that has a file asks again and gets a 304: new pages are seen at once. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Door } from '../app.js';
import { assetOf, deliver, type Asset } from './cached.js';

const BUNDLE = fileURLToPath(new URL('../web/bundle/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.map': 'application/json' };

/** Addresses that open the application; which page is shown is its own affair. */
const PAGES = ['/', '/verify', '/issue', '/issue/*', '/audit', '/audit/*', '/q', '/d', '/l/:identifier', '/wallet', '/wallet/*', '/grant'];

const pageOf = (name: string, plain: Buffer): Asset => assetOf(TYPES[extname(name)] ?? 'application/octet-stream', plain);

export const pagesDoor: Door = async (app) => {
  const names = existsSync(BUNDLE) ? readdirSync(BUNDLE) : [];
  const files = new Map(names.map((name) => [name, pageOf(name, readFileSync(join(BUNDLE, name)))]));
  const index = files.get('index.html') ?? pageOf('index.html', Buffer.from('pages not built: run npm run build'));
  const hidden = { schema: { hide: true }, config: { access: 'public' } } as const;
  for (const page of PAGES) app.get(page, hidden, (request, reply) => deliver(request, reply, index));
  const worker = files.get('service-worker.js');
  // At the root, or it would not be let near the pages.
  if (worker) app.get('/service-worker.js', hidden, (request, reply) => deliver(request, reply, worker));
  app.get('/assets/:file', hidden, (request, reply) => {
    const asset = files.get((request.params as { file: string }).file);
    return asset ? deliver(request, reply, asset) : reply.callNotFound();
  });
};
