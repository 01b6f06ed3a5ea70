/** Which licences are members of which composites, and in which status lists those stand: what befalls a member changes what a list says of its composites, though nobody writes to them. */
import type { LicenceRecord } from '#chaincode/facts/records';

export class Composites {
  readonly #listsOf = new Map<string, readonly string[]>();
  readonly #ofMember = new Map<string, Set<string>>();
  readonly #inList = new Map<string, Set<string>>();
  /** The last block in which a member of a composite in this list changed. */
  readonly #changed = new Map<string, bigint>();

  /** A licence as an act has left it. @param listsOf names of the lists in which it has its places */
  take(licence: LicenceRecord, listsOf: (licence: LicenceRecord) => readonly string[], block: bigint): void {
    const { id, versions } = licence;
    for (const composite of this.#ofMember.get(id) ?? []) for (const list of this.#listsOf.get(composite) ?? []) this.#changed.set(list, block);
    const members = versions.at(-1)?.members;
    if (!members) return;
    const lists = listsOf(licence);
    this.#listsOf.set(id, lists);
    for (const list of lists) {
      add(this.#inList, list, id);
      this.#changed.set(list, block);
    }
    // A member that was dropped may still point here; that costs a list signed anew, and says nothing wrong.
    for (const { licence } of members) add(this.#ofMember, licence, id);
  }

  inList(list: string): readonly string[] {
    return [...(this.#inList.get(list) ?? [])];
  }

  changedIn(list: string): bigint {
    return this.#changed.get(list) ?? -1n;
  }

  /** Composites of which a licence is, or was, a member. */
  ofMember(licence: string): readonly string[] {
    return [...(this.#ofMember.get(licence) ?? [])];
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}
