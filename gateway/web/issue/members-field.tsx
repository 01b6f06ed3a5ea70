/** Which permits a composite licence lists: those of the holder that this agency may put together. */
import { useEffect } from 'preact/hooks';
import { useFetched } from '../fetched.js';
import { dayText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { KindRecord, LicenceView } from '../types.js';
import { useRoleValue } from '../verify/particulars.js';
import { COMMON } from '../words/common.js';
import { COMPOSITE } from '../words/composite.js';
import type { Faults } from './field.js';

interface Found {
  readonly required: readonly string[];
  readonly members: readonly LicenceView[];
}

/** @param holder unified social credit code, once it is whole */
export function MembersField({ kind, holder, chosen, change, fault }: { kind: KindRecord; holder: string; chosen: readonly string[]; change: (chosen: readonly string[]) => void; fault: Faults[string] | undefined }) {
  const { say } = useLanguage();
  const whole = /^[0-9A-Z]{18}$/.test(holder);
  const { value, problem, loading, reload } = useFetched<Found>(whole ? `/api/members?${new URLSearchParams({ kind: kind.type, holder }).toString()}` : undefined);
  // The trade's own permits are meant, one of a kind; a further one is for the clerk to choose.
  useEffect(() => {
    if (value) change([...new Map(value.members.map((member) => [member.kind.type, member.identifier])).values()]);
  }, [value]);
  const toggle = (identifier: string) => change(chosen.includes(identifier) ? chosen.filter((each) => each !== identifier) : [...chosen, identifier]);
  return (
    <fieldset id="field-members" aria-describedby={fault ? 'members-fault' : undefined}>
      <legend>{say(COMPOSITE.choose)}</legend>
      {!whole && <p class="fine">{say(COMPOSITE.holderFirst)}</p>}
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {value?.members.length === 0 && <p>{say(COMPOSITE.none)}</p>}
      {value?.members.map((member) => <Choice key={member.identifier} member={member} required={value.required.includes(member.kind.type)} checked={chosen.includes(member.identifier)} toggle={() => toggle(member.identifier)} />)}
      {fault && <p class="field-fault" id="members-fault">{say(fault)}</p>}
    </fieldset>
  );
}

function Choice({ member, required, checked, toggle }: { member: LicenceView; required: boolean; checked: boolean; toggle: () => void }) {
  const { say, language } = useLanguage();
  const role = useRoleValue(member);
  return (
    <label class="choice">
      <input type="checkbox" checked={checked} onChange={toggle} />
      <span>{say(member.kind.name)} <span class="code">{role('number') ?? member.identifier}</span>{member.validUntil !== undefined && <span class="fine"> {say(COMPOSITE.until)} {dayText(member.validUntil, language)}</span>}{required && <span class="fine"> · {say(COMPOSITE.required)}</span>}</span>
    </label>
  );
}
