/** Receipts of hand-over (发证登记回执): the agency signs which certificate was given to whom said its code, and the code opens what the ledger was told before. A compact JWS in a page for people (docs/decisions/0029). */
import { base64url, fromBase64url, importP256, verifyP256Aside } from '#chaincode/facts/hash';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { pickUpCommitment } from '#chaincode/facts/print-order';
import { objectOf } from '#chaincode/facts/text';
import { namedKey, protectedHeader, signingInput } from './jws.js';

export const HAND_OVER_TYPE = 'yizheng-hand-over+jwt';
export const HAND_OVER_FORMAT = 'yizheng/hand-over/1';
const HAND_OVER_MAX = 16 * 1024;

export interface HandOver {
  readonly format: typeof HAND_OVER_FORMAT;
  readonly ledger: string;
  /** `urn:uscc:` and the agency that handed over. */
  readonly iss: string;
  readonly order: string;
  readonly identifier: string;
  /** How often this version had been printed. */
  readonly prints: number;
  /** Every step with its transaction and who took it: references of staff, no names. */
  readonly steps: readonly { readonly act: string; readonly at: string; readonly transaction: string; readonly staff: readonly string[]; readonly reason?: string }[];
  /** The receiver's word: the code, and what makes of it the commitment that the release put on the ledger. */
  readonly receiver: { readonly code: string; readonly opening: string; readonly commitment: string };
}

/** @returns ASCII `header.payload`, to be signed */
export const draftHandOver = (receipt: HandOver, kid: string): string => `${protectedHeader(HAND_OVER_TYPE, kid)}.${base64url(JSON.stringify(receipt))}`;

/** What stands in the way of a receipt. */
export type HandOverFault = 'form' | 'key' | 'signature' | 'commitment';

/** Form, signature, and that the code opens the commitment; that the ledger was told this commitment, whoever has the ledger compares. @param keyOf SubjectPublicKeyInfo (base64url) of an agency's receipt key by its name */
export async function readHandOver(token: string, keyOf: (kid: string, agency: string) => string | undefined): Promise<HandOver | HandOverFault> {
  const [header = '', payload = '', signature64 = '', ...more] = token.split('.');
  const [kid, value, signature] = [namedKey(header, HAND_OVER_TYPE), objectOf(fromBase64url(payload)), fromBase64url(signature64)];
  if (token.length > HAND_OVER_MAX || more.length > 0 || kid === undefined || !signature || value?.['format'] !== HAND_OVER_FORMAT) return 'form';
  const receipt = value as unknown as HandOver;
  const spki = keyOf(kid, receipt.iss.slice('urn:uscc:'.length));
  const key = spki === undefined ? undefined : importP256(spki);
  if (!key) return 'key';
  if (!(await verifyP256Aside(key, signingInput(header, payload), signature))) return 'signature';
  const { receiver: { code, opening, commitment }, order, identifier } = receipt;
  const [own, bytes] = [parseOwnIdentifier(identifier), fromBase64url(opening)];
  return own && bytes && pickUpCommitment(bytes, { order, licence: own.id, version: own.version, code }) === commitment ? receipt : 'commitment';
}

/** What a page says beside the receipt itself; names do not go into what is signed. */
export interface HandOverWords {
  readonly agency: string;
  readonly kind: string;
  readonly holderName?: string | undefined;
  readonly number?: string | undefined;
  readonly sample: boolean;
  /** Instants in the legal zone, for people. */
  readonly when: (at: string) => string;
}

const STEPS: Readonly<Record<string, string>> = { order: '下达制证任务', print: '打印', seal: '用印', release: '放行', 'hand-over': '发证', cancel: '取消' };
const plain = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
const STYLE = 'body{font:16px/1.7 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}h1{text-align:center}dl>div{display:grid;grid-template-columns:9em 1fr;gap:1em}dt{color:#4a5664}dd,code{margin:0;overflow-wrap:anywhere}.signed{margin-top:3rem;display:flex;justify-content:space-between}.sample{color:#b3261e;font-weight:700;text-align:center}.token{font-size:.7rem}';

/** A page that stands by itself, to be printed, signed and filed; the receipt in it is what can be checked. */
export function handOverPage(token: string, { order, identifier, prints, steps, receiver }: HandOver, { agency, kind, holderName, number, sample, when }: HandOverWords): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['发证机关', agency], ['证照', kind], ['持证主体', holderName], ['证照编号', number], ['电子证照标识', identifier], ['制证任务', order], ['打印次数', String(prints)],
    ...steps.map(({ act, at, transaction, reason }) => [STEPS[act] ?? act, `${when(at)}${reason === undefined ? '' : `（${reason}）`}　交易 ${transaction}`] as const), ['领证码', receiver.code], ['上链承诺', receiver.commitment],
  ];
  const lines = rows.flatMap(([word, value]) => (value === undefined ? [] : [`<div><dt>${plain(word)}</dt><dd>${plain(value)}</dd></div>`])).join('');
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>发证登记回执</title><style>${STYLE}</style></head><body>`
    + `<h1>发证登记回执</h1>${sample ? '<p class="sample">样例 非有效证照</p>' : ''}<dl>${lines}</dl><p>领证人说出领证码，即确认领取；领证码与放行时记在账本上的承诺相符。</p><p class="signed"><span>领证人签字：</span><span>日期：</span></p><p class="token">回执原文：<code>${plain(token)}</code></p></body></html>\n`;
}
