/** The pages of the doors: one small bundle, compressed once, served from memory. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { base64url, sha256 } from '#chaincode/facts/hash';
import type { Door } from '../app.js';

const BUNDLE = fileURLToPath(new URL('../web/bundle/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.map': 'application/json' };

/** Addresses that open the application; which page is shown is its own affair. */
const PAGES = ['/', '/verify', '/issue', '/issue/*', '/q', '/l/:identifier'];

interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly etag: string;
}

function assetOf(name: string, plain: Buffer): Asset {
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', plain, gzip: gzipSync(plain), etag: `"${base64url(sha256(plain)).slice(0, 22)}"` };
}

/** A browser that has the file asks again and gets a 304: new pages are seen at once, known ones cost a line. */
function deliver(request: FastifyRequest, reply: FastifyReply, { type, plain, gzip, etag }: Asset): FastifyReply {
  void reply.type(type).header('cache-control', 'no-cache').header('etag', etag).header('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  if (request.headers['accept-encoding']?.includes('gzip') !== true) return reply.send(plain);
  return reply.header('content-encoding', 'gzip').send(gzip);
}

export const pagesDoor: Door = async (app) => {
  const names = existsSync(BUNDLE) ? readdirSync(BUNDLE) : [];
  const files = new Map(names.map((name) => [name, assetOf(name, readFileSync(join(BUNDLE, name)))]));
  const index = files.get('index.html') ?? assetOf('index.html', Buffer.from('pages not built: run npm run build'));
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
