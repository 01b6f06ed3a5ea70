/** Lists in the index: rows whose keys end in the id of a record, read in the order of their keys. The record decides what a row says. */
import type { Level } from 'level';
import type { DelegationRecord } from '#chaincode/facts/delegation';
import type { DeviceRecord } from '#chaincode/facts/device';
import type { IdentityRecord } from '#chaincode/facts/identity';
import type { Noun, RecordTypes } from '#chaincode/world';
import type { Acted } from './holder-rows.js';

export interface Listing {
  readonly id: string;
  readonly cursor: string;
}

export abstract class Listings {
  constructor(protected readonly store: Level<string, string>) {}

  abstract get<N extends Noun>(noun: N, id: string): RecordTypes[N] | undefined;

  /** All devices of a subject, also those laid aside. */
  async devicesOf(subject: string): Promise<DeviceRecord[]> {
    const keys = await this.store.keys({ gt: `device/${subject}/`, lt: `device/${subject}0` }).all();
    return keys.flatMap((key) => this.get('device', key.slice(key.lastIndexOf('/') + 1)) ?? []);
  }

  /** Identity records of a subject, also those that have ended; newest first. */
  async identitiesOf(subject: string, limit: number): Promise<IdentityRecord[]> {
    const keys = await this.store.keys({ gt: `identified/${subject}/`, lt: `identified/${subject}0`, reverse: true, limit }).all();
    return keys.flatMap((key) => this.get('identity', key.slice(key.lastIndexOf('/') + 1)) ?? []);
  }

  /** All delegations that a subject gave, or that name it as an agent; also those that have ended. */
  async delegations(whose: { readonly of: string } | { readonly to: string }): Promise<DelegationRecord[]> {
    const prefix = 'of' in whose ? `delegation/${whose.of}/` : `mandate/${whose.to}/`;
    const keys = await this.store.keys({ gt: prefix, lt: `${prefix}~` }).all();
    return keys.flatMap((key) => this.get('delegation', key.slice(key.lastIndexOf('/') + 1)) ?? []);
  }

  /** What was done by a delegation, newest first. */
  async actedBy(delegation: string, limit: number): Promise<Acted[]> {
    const keys = await this.store.keys({ gt: `acted/${delegation}/`, lt: `acted/${delegation}/~`, reverse: true, limit }).all();
    return keys.map((key) => {
      const [, , at = '', act = '', id = ''] = key.split('/');
      return { at, act, id };
    });
  }

  /** Newest first. @param whose made by a subject, or against a licence @param before cursor of the last row seen */
  async objections(whose: { readonly by: string } | { readonly against: string }, { limit, before }: { limit: number; before?: string | undefined }): Promise<Listing[]> {
    return this.listed('by' in whose ? `objector/${whose.by}/` : `contested/${whose.against}/`, { limit, before });
  }

  /** Rows under prefixes in one ascending order, or the last of them first, without the prefix. @param after the last one seen @param until the first that is no longer wanted */
  async keysUnder(under: string | readonly string[], { limit, after = '', until = '~', newest = false }: { limit: number; after?: string | undefined; until?: string | undefined; newest?: boolean }): Promise<string[]> {
    const found = await Promise.all([under].flat().map(async (prefix) => {
      const keys = await this.store.keys({ gt: prefix + after, lt: prefix + until, limit, reverse: newest }).all();
      return keys.map((key) => key.slice(prefix.length));
    }));
    if (found.length === 1) return found[0] ?? [];
    const all = found.flat().sort();
    return (newest ? all.reverse() : all).slice(0, limit);
  }

  /** First part of the keys under a prefix, each once: one look-up in the index for each. */
  async *partsUnder(prefix: string): AsyncGenerator<string> {
    for (let after = ''; ;) {
      const [key] = await this.keysUnder(prefix, { limit: 1, after });
      if (key === undefined) return;
      const part = key.slice(0, key.indexOf('/'));
      yield part;
      after = `${part}/~`;
    }
  }

  /** Newest first. @param under prefix of its rows, or those that `managedUnder` found @param before cursor of the last row seen */
  async listed(under: string | readonly string[], { limit, before }: { limit: number; before?: string | undefined }): Promise<Listing[]> {
    return (await this.keysUnder(under, { limit, until: before, newest: true })).map((cursor) => ({ id: cursor.slice(cursor.lastIndexOf('/') + 1), cursor }));
  }

  /** Applications in a holder's name, newest first. @param before cursor of the last row seen */
  async applicationsFor(subject: string, { limit, before }: { limit: number; before?: string | undefined }): Promise<Listing[]> {
    return this.listed(`applicant/${subject}/`, { limit, before });
  }

  /** Newest first. @param whose those that a subject gave, or that an agency got @param before cursor of the last row seen */
  async grants(whose: { readonly of: string } | { readonly to: string }, { limit, before }: { limit: number; before?: string | undefined }): Promise<Listing[]> {
    return this.listed('of' in whose ? `granted/${whose.of}/` : `grantee/${whose.to}/`, { limit, before });
  }

  async licencesOf(subject: string, limit: number): Promise<string[]> {
    const keys = await this.store.keys({ gt: `subject/${subject}/`, lt: `subject/${subject}0`, limit }).all();
    return keys.map((key) => key.slice(key.lastIndexOf('/') + 1));
  }

  /** All applications of a subject. */
  async applicationsBy(subject: string): Promise<string[]> {
    const keys = await this.store.keys({ gt: `applicant/${subject}/`, lt: `applicant/${subject}0` }).all();
    return keys.map((key) => key.slice(key.lastIndexOf('/') + 1));
  }

  /** Applications that an agency has received, newest first. @param before cursor of the last row seen */
  async applicationsOf(agency: string, { state, limit, before }: { state?: string | undefined; limit: number; before?: string | undefined }): Promise<Listing[]> {
    const prefix = `applied/${agency}/`;
    const rows: Listing[] = [];
    for await (const key of this.store.keys({ gt: prefix, lt: before ? prefix + before : `applied/${agency}0`, reverse: true })) {
      const id = key.slice(key.lastIndexOf('/') + 1);
      if (state !== undefined && this.get('application', id)?.state !== state) continue;
      rows.push({ id, cursor: key.slice(prefix.length) });
      if (rows.length === limit) break;
    }
    return rows;
  }

  /** Licences whose current version is sealed and has no PDF yet, in no order that matters. @param after the last one seen */
  async awaitingPaper(limit: number, after = ''): Promise<string[]> {
    const keys = await this.store.keys({ gt: `paper/${after}`, lt: 'paper0', limit }).all();
    return keys.map((key) => key.slice('paper/'.length));
  }

  async countAwaitingPaper(): Promise<number> {
    let count = 0;
    for await (const _ of this.store.keys({ gt: 'paper/', lt: 'paper0' })) count++;
    return count;
  }

  /** Decisions on applications that relied on a licence, newest first. */
  async decisionsOn(licence: string, limit: number): Promise<{ readonly application: string; readonly seq: number }[]> {
    const keys = await this.store.keys({ gt: `relied/${licence}/`, lt: `relied/${licence}0`, reverse: true, limit }).all();
    return keys.map((key) => {
      const [, , , application = '', seq = ''] = key.split('/');
      return { application, seq: Number(seq) };
    });
  }

  /** Permits that were issued by rule upon a licence. */
  async permitsOn(licence: string, limit: number): Promise<string[]> {
    return (await this.store.keys({ gt: `ruled/${licence}/`, lt: `ruled/${licence}0`, limit }).all()).map((key) => key.slice(`ruled/${licence}/`.length));
  }
}
