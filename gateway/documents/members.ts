/** What the members of a composite licence say together. Recomputed by every verifier, on line from the ledger, off line from the places that the document names. */
import type { RollUpRule } from '#chaincode/facts/composite';
import { rollUp } from '#chaincode/facts/composite';
import type { EffectiveStatus } from '#chaincode/facts/status';
import { credentialOf, fail, pass, unchecked, type Evidence, type Finding, type LedgerFacts, type ListFacts, type Presented, type Source } from './evidence.js';
import { pointsTo } from '#chaincode/facts/list-uri';

interface Told {
  readonly required: boolean;
  readonly status: EffectiveStatus | undefined;
}

function rolled(rule: RollUpRule, members: readonly Told[], source?: Source): Finding {
  const found = rollUp(rule, members);
  if (found === 'RESTRICTED') return fail('MEMBERS_RESTRICTED', source);
  if (found === undefined) return unchecked('MEMBERS_UNCHECKED', source);
  return pass(members.every(({ status }) => status === 'VALID') ? 'MEMBERS_IN_FORCE' : 'MEMBERS_REQUIRED_IN_FORCE', source);
}

/** @returns undefined for a licence that is no composite */
export function membersByLedger(_evidence: Evidence, { version, members = [] }: LedgerFacts): Finding | undefined {
  if (!version?.members || !version.rollUp) return undefined;
  return rolled(version.rollUp, version.members.map(({ licence, required }) => ({ required, status: members.find((each) => each.licence === licence)?.status })));
}

/** A code on paper names no members: of it the list's own word on the composite counts, which the issuing gateway has rolled up. */
export function membersByLists({ presented }: Evidence, { members }: ListFacts): Finding | undefined {
  const { members: named, rollUp: rule } = credentialOf(presented)?.claims.composition ?? {};
  if (!named || !rule) return undefined;
  const oldest = members?.flatMap(({ source }) => source ?? []).sort((a, b) => (a.at < b.at ? -1 : 1))[0];
  return rolled(rule, named.map(({ licence, required }) => ({ required, status: members?.find((each) => each.licence === licence)?.status })), oldest);
}

/** The document names the members that the ledger has, at the places where they are. Otherwise it could point at a permit that is never suspended. */
export function membersAgree(presented: Presented, { version, members = [] }: LedgerFacts): boolean {
  const claims = credentialOf(presented)?.claims;
  if (!claims || !version) return true;
  const { members: named = [], rollUp: rule } = claims.composition ?? {};
  const kept = version.members ?? [];
  if (named.length !== kept.length || rule !== version.rollUp) return false;
  return named.every(({ licence, required, line }, i) => {
    const place = members.find((each) => each.licence === licence);
    const points = place?.line !== undefined && pointsTo(line.status_list, place.line, place.lineAgency);
    return kept[i]?.licence === licence && kept[i].required === required && points;
  });
}
