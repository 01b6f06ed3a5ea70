/** The fields of a face, generated from its kind. */
import { useLanguage } from '../language.js';
import type { FaceField, KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { ChoiceField, DayField, LongField, TextField, type Faults } from './field.js';

export type FaceText = Readonly<Record<string, string>>;

/** The face as the gateway takes it: lists by lines, nothing for what is empty. */
export function faceOf(kind: Pick<KindRecord, 'fields'>, text: FaceText): Record<string, string | string[]> {
  const entries = kind.fields.flatMap(({ name, type }): [string, string | string[]][] => {
    const value = (text[name] ?? '').trim();
    if (value === '') return [];
    return [[name, type === 'list' ? value.split('\n').map((line) => line.trim()).filter((line) => line !== '') : value]];
  });
  return Object.fromEntries(entries);
}

/** Only what differs from before; an emptied field is sent empty, which removes it. */
export function changesOf(kind: Pick<KindRecord, 'fields'>, before: FaceText, now: FaceText): Record<string, string | string[]> {
  const face = faceOf(kind, now);
  return Object.fromEntries(kind.fields.filter(({ name }) => (before[name] ?? '').trim() !== (now[name] ?? '').trim()).map(({ name }) => [name, face[name] ?? '']));
}

interface Props {
  readonly kind: KindRecord;
  readonly text: FaceText;
  readonly faults: Faults;
  readonly change: (name: string, value: string) => void;
  /** The number names the licence and cannot change. */
  readonly fixed?: string | undefined;
}

export function FaceFields({ kind, text, faults, change, fixed }: Props) {
  return <>{kind.fields.filter(({ name }) => name !== fixed).map((field) => <FaceControl key={field.name} field={field} value={text[field.name] ?? ''} fault={faults[field.name]} change={(value) => change(field.name, value)} />)}</>;
}

/** @param hint said below the label, in place of what the field itself has to say */
export function FaceControl({ field, value, fault, change, hint }: { field: Omit<FaceField, 'role'> & Pick<FaceField, 'role'>; value: string; fault: Faults[string] | undefined; change: (value: string) => void; hint?: string | undefined }) {
  const { say } = useLanguage();
  const shell = { name: field.name, label: say(field.label), required: field.required, value, change, fault, hint };
  const count = [...value].length;
  switch (field.type) {
    case 'long-text': return <LongField {...shell} hint={hint ?? (count > 0 ? `${String(count)} / ${String(field.max)} ${say(ISSUE.characters)}` : undefined)} />;
    case 'list': return <LongField {...shell} hint={hint ?? say(ISSUE.listHint)} />;
    case 'day': return <DayField {...shell} />;
    case 'choice': return <ChoiceField {...shell} empty={say(COMMON.choose)} choices={(field.choices ?? []).map((choice) => ({ value: choice, text: choice }))} />;
    case 'uscc': case 'citizen-id': return <TextField {...shell} input={{ spellcheck: false, autocapitalize: 'characters', class: 'code', maxLength: 30 }} />;
    default: return <TextField {...shell} input={field.role === 'number' ? { spellcheck: false, class: 'code' } : {}} />;
  }
}
