/** Addresses of status lists, as documents name them. */
import type { StatusPlace } from './credential.js';
import { parseUscc } from './holder-code.js';
import type { Place } from './records.js';

export const listUri = (publicName: string, agency: string, list: number): string => `${publicName}/status-lists/${agency}/${String(list)}`;

/** Whose list an address names, and which. The host is not looked at: who signs decides, and names of servers change. */
export function parseListUri(uri: string): { agency: string; list: number } | undefined {
  const [, agency = '', list = ''] = /^https?:\/\/[^/?#]+\/status-lists\/([0-9A-Z]{18})\/(0|[1-9]\d{0,9})$/.exec(uri) ?? [];
  return parseUscc(agency) ? { agency, list: Number(list) } : undefined;
}

/** Whether a document names this place, in a list of this agency. */
export function pointsTo({ uri, idx }: StatusPlace, { list, index }: Place, agency: string | undefined): boolean {
  const named = parseListUri(uri);
  return idx === index && named?.list === list && named.agency === agency;
}
