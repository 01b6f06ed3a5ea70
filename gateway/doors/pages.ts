/** The pages of the doors: one small bundle, served from memory. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Door } from '../app.js';

const BUNDLE = fileURLToPath(new URL('../web/bundle/', import.meta.url));
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json', '.map': 'application/json' };

/** Addresses that open the application; which page is shown is its own affair. */
const PAGES = ['/', '/verify', '/issue', '/issue/*', '/q', '/l/:identifier'];

export const pagesDoor: Door = async (app) => {
  const files = new Map(existsSync(BUNDLE) ? readdirSync(BUNDLE).map((file) => [file, readFileSync(join(BUNDLE, file))]) : []);
  const index = files.get('index.html') ?? Buffer.from('pages not built: run npm run build');
  const hidden = { schema: { hide: true }, config: { access: 'public' } } as const;
  for (const page of PAGES) app.get(page, hidden, (_request, reply) => reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(index));
  app.get('/assets/:file', hidden, (request, reply) => {
    const { file } = request.params as { file: string };
    const content = files.get(file);
    if (!content) return reply.callNotFound();
    return reply.type(TYPES[extname(file)] ?? 'application/octet-stream').header('cache-control', 'no-cache').send(content);
  });
};
