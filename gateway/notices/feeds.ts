/** Who reads an agency's feed without signing in: a program with the token of the operator's file. */
import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '#chaincode/facts/hash';
import type { NoticeSettings } from './settings.js';

export class Feeds {
  readonly #known: readonly { readonly agency: string; readonly digest: Buffer }[];

  constructor(feeds: NoticeSettings['feeds']) {
    this.#known = feeds.map(({ agency, token }) => ({ agency, digest: Buffer.from(sha256(token)) }));
  }

  /** @param authorization header of the request @returns the agency whose token it is */
  agencyOf(authorization: string | undefined): string | undefined {
    const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const digest = Buffer.from(sha256(token));
    return this.#known.find((each) => timingSafeEqual(each.digest, digest))?.agency;
  }
}
