/** Answers that are the same for everybody until they change: compressed once, named by their content, asked for again by name. */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { base64url, sha256 } from '#chaincode/facts/hash';

export interface Asset {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Readonly<Record<'br' | 'gzip', Buffer>>;
  readonly etag: string;
}

/** Best is ten times slower and a few percent smaller. */
const QUALITY = 5;

export function assetOf(type: string, plain: Buffer): Asset {
  const br = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
  return { type, plain, packed: { br, gzip: gzipSync(plain) }, etag: `"${base64url(sha256(plain)).slice(0, 22)}"` };
}

/** @param cacheControl how long it may be kept without asking; whoever asks again by its name gets a 304 */
export function deliver(request: FastifyRequest, reply: FastifyReply, { type, plain, packed, etag }: Asset, cacheControl = 'no-cache'): FastifyReply {
  void reply.type(type).header('cache-control', cacheControl).header('etag', etag).header('vary', 'accept-encoding');
  if (request.headers['if-none-match']?.split(/,\s*/).includes(etag) === true) return reply.code(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = (['br', 'gzip'] as const).find((each) => new RegExp(`\\b${each}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted));
  return encoding === undefined ? reply.send(plain) : reply.header('content-encoding', encoding).send(packed[encoding]);
}

/** Names with their newest answers in memory. */
const ASSETS_MAX = 1_000;

/** The newest answer of each name, as an asset; a name's earlier one is forgotten. */
export class Assets {
  readonly #assets = new LRUCache<string, { readonly text: string; readonly asset: Asset }>({ max: ASSETS_MAX });

  of(name: string, type: string, text: string): Asset {
    const known = this.#assets.get(name);
    if (known?.text === text) return known.asset;
    const asset = assetOf(type, Buffer.from(text));
    this.#assets.set(name, { text, asset });
    return asset;
  }
}
