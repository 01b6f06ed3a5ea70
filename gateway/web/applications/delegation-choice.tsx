/** By which of the holder's delegations somebody stands at the counter for him. */
import { parseUscc } from '#chaincode/facts/holder-code';
import { useFetched } from '../fetched.js';
import { instantText } from '../format.js';
import { ChoiceField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import type { Message } from '../../messages.js';
import type { DelegationView } from '../types.js';
import { FORM } from '../words/applications.js';
import { MEMBERS, ROLE_WORDS } from '../words/members.js';

export function DelegationChoice({ holder, value, fault, change }: { holder: string; value: string; fault: Message | undefined; change: (id: string) => void }) {
  const { say, language } = useLanguage();
  const { value: known } = useFetched<{ readonly delegations: readonly DelegationView[] }>(parseUscc(holder.toUpperCase()) ? `/api/delegations?organisation=${holder.toUpperCase()}` : undefined);
  const fitting = known?.delegations.filter(({ state, acts }) => state === 'in-force' && acts.includes('apply')) ?? [];
  const text = ({ role, delegate, notAfter }: DelegationView): string => `${say(ROLE_WORDS[role])} ${delegate ?? ''} · ${say(MEMBERS.until)} ${instantText(notAfter, language)}`;
  return <ChoiceField name="delegation" label={say(FORM.delegation)} hint={say(FORM.delegationHint)} value={value} fault={fault} change={change} empty={say(FORM.noDelegation)} choices={fitting.map((each) => ({ value: each.id, text: text(each) }))} />;
}
