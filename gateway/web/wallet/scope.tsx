/** How far a delegation goes, in words. */
import { PURPOSES } from '#chaincode/facts/purpose';
import { useKept } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import type { DelegationView, KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { DELEGATED_ACT_WORDS, MEMBERS } from '../words/members.js';

export function ScopeRows({ scope: { acts, kinds, purposes, notAfter } }: { scope: Pick<DelegationView, 'acts' | 'kinds' | 'purposes' | 'notAfter'> }) {
  const { say, language } = useLanguage();
  const known = useKept<readonly KindRecord[]>('/api/kinds');
  const joined = (words: readonly string[]): string => words.join(say(COMMON.comma));
  const kindName = (type: string): string => { const kind = known?.find((each) => each.type === type); return kind ? say(kind.name) : type; };
  return (
    <>
      <div><dt>{say(MEMBERS.acts)}</dt><dd>{joined(acts.map((act) => say(DELEGATED_ACT_WORDS[act])))}</dd></div>
      <div><dt>{say(MEMBERS.forKinds)}</dt><dd>{kinds ? joined(kinds.map(kindName)) : say(MEMBERS.allKinds)}</dd></div>
      {purposes && <div><dt>{say(MEMBERS.forPurposes)}</dt><dd>{joined(purposes.map((code) => (PURPOSES[code] ? say(PURPOSES[code]) : code)))}</dd></div>}
      <div><dt>{say(MEMBERS.until)}</dt><dd>{instantText(notAfter, language)}</dd></div>
    </>
  );
}
