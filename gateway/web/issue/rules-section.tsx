/** Rules by which the agency issues without a person (秒批): what they ask for, what is left of today, and the switch that stops them at once. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { RuleSet, RuleSetRecord } from '#chaincode/facts/automatic';
import { useFetched, useKept } from '../fetched.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { mayAct, useSession } from '../session.js';
import type { KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { RULES } from '../words/rules.js';
import { ActButton } from './act-button.js';

type Shown = RuleSetRecord & { readonly leftToday: number };

export function RulesSection() {
  const { say } = useLanguage();
  const { session } = useSession();
  const { value, problem, reload } = useFetched<{ readonly rules: readonly Shown[] }>('/api/rule-sets');
  return (
    <section class="sheet" aria-labelledby="rules">
      <h2 id="rules">{say(RULES.title)}</h2>
      <p class="fine">{say(RULES.lead)}</p>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!value && !problem && <Loading />}
      {value?.rules.length === 0 && <p>{say(RULES.none)}</p>}
      <ul class="work-list">{value?.rules.map((rules) => <Rules key={rules.kind} rules={rules} done={reload} />)}</ul>
      {mayAct(session) && <PutRules done={reload} />}
    </section>
  );
}

function Rules({ rules, done }: { rules: Shown; done: () => void }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const inForce = rules.status === 'in-force';
  return (
    <li class="sheet-row">
      <Asked rules={rules}><span class={`chip chip-${inForce ? 'valid' : 'stopped'}`}>{say(inForce ? RULES.inForce : RULES.stopped)}</span></Asked>
      <p class="fine">{say(RULES.left)} {rules.leftToday}/{rules.perDay} · {say(RULES.version)} {rules.version} · <span class="code">{rules.digest}</span></p>
      {mayAct(session) && <div class="action-buttons">{inForce ? <ActButton key="stop" act={{ op: 'rule-set.stop', kind: rules.kind }} label={say(RULES.stop)} primary done={done} /> : <ActButton key="resume" act={{ op: 'rule-set.resume', kind: rules.kind }} signing="several" label={say(RULES.resume)} done={done} />}</div>}
    </li>
  );
}

/** What rules ask for, in the words of the catalogue. */
function Asked({ rules, children }: { rules: Omit<RuleSet, 'agency'>; children?: ComponentChildren }) {
  const { say } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const kind = kinds?.find(({ type }) => type === rules.kind);
  const nameOf = (type: string) => { const name = kinds?.find((each) => each.type === type)?.name; return name ? say(name) : type; };
  const labelOf = (field: string) => { const label = kind?.fields.find(({ name }) => name === field)?.label; return label ? say(label) : field; };
  const asked = [
    ...rules.held.map(({ kind: held, daysLeft }) => `${say(RULES.held)}${nameOf(held)}${daysLeft > 0 ? ` (${say(RULES.daysLeft)} ${String(daysLeft)})` : ''}`),
    ...(rules.fields.length > 0 ? [`${say(RULES.fields)}${rules.fields.map(labelOf).join(say(RULES.comma))}`] : []),
    ...(rules.address ? [`${labelOf(rules.address.field)}${say(RULES.within)}${rules.address.within.join(say(RULES.comma))}`] : []),
    ...(rules.promise ? [say(RULES.promise)] : []),
    `${say(RULES.quota)}${String(rules.perHour)}/${String(rules.perDay)}`,
  ];
  return <><p><strong>{nameOf(rules.kind)}</strong> {children}</p><ul class="fine">{asked.map((line) => <li key={line}>{line}</li>)}</ul></>;
}

/** New rules come as a file, are shown in words, and are signed by two. */
function PutRules({ done }: { done: () => void }) {
  const { say } = useLanguage();
  const [read, setRead] = useState<{ readonly act?: { readonly op: string } & Omit<RuleSet, 'agency'>; readonly wrong?: true; readonly count: number }>({ count: 0 });
  const open = async (files: FileList | null): Promise<void> => {
    const text = await files?.[0]?.text();
    if (text === undefined) return;
    try {
      const said = JSON.parse(text) as Omit<RuleSet, 'agency'>;
      if (!Array.isArray(said.held) || !Array.isArray(said.fields) || typeof said.kind !== 'string') throw new SyntaxError();
      setRead({ act: { ...said, op: 'rule-set.put' }, count: read.count + 1 });
    } catch {
      setRead({ wrong: true, count: read.count + 1 });
    }
  };
  return (
    <>
      <p class="actions-row"><label class="button file-button">{say(RULES.choose)}<input type="file" accept=".json,application/json" onChange={(event) => { void open(event.currentTarget.files); event.currentTarget.value = ''; }} /></label></p>
      {read.wrong && <p class="notice notice-fault" role="alert">{say(RULES.wrong)}</p>}
      {read.act && (
        <div class="notice notice-signing">
          <p>{say(RULES.new)}</p>
          <Asked rules={read.act} />
          <ActButton key={read.count} act={read.act} signing="several" label={say(RULES.put)} primary done={done} />
        </div>
      )}
    </>
  );
}
