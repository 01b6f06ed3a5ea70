/** The fields of the one form: each says which licence it was filled from, and what that licence says once it has been changed. */
import { useKept } from '../fetched.js';
import { instantText } from '../format.js';
import { FaceControl, type FaceText } from '../issue/face-fields.js';
import type { Faults } from '../issue/field.js';
import { useLanguage } from '../language.js';
import type { FaceField, KindRecord } from '../types.js';
import { FORM } from '../words/applications.js';

export type FormValue = string | readonly string[];
/** Where a value came from, as the page shows it. */
export interface Origin {
  readonly kind: string;
  readonly identifier: string;
  readonly at: string;
  /** What the licence says. */
  readonly value: FormValue;
}
export type FormField = Omit<FaceField, 'role'> & { readonly origin?: Origin | undefined };

export const textOf = (value: FormValue | undefined): string => (value === undefined ? '' : typeof value === 'string' ? value : value.join('\n'));

/** As the gateway takes it: lists by lines, nothing for what is empty. */
export function valuesOf(fields: readonly FormField[], text: FaceText): Record<string, FormValue> {
  return Object.fromEntries(fields.flatMap(({ name, type }): [string, FormValue][] => {
    const value = (text[name] ?? '').trim();
    if (value === '') return [];
    return [[name, type === 'list' ? value.split('\n').map((line) => line.trim()).filter((line) => line !== '') : value]];
  }));
}

/** 取自 营业执照, the version and the time: in words, and in full for whoever points at it. */
export function useOriginText(): (origin: Pick<Origin, 'kind' | 'identifier' | 'at'>) => string {
  const { say, language } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  return ({ kind, identifier, at }) => {
    const name = kinds?.find(({ type }) => type === kind)?.name ?? { zh: '', en: '' };
    const version = /\.(\d{3})\.[0-9A-Z]$/.exec(identifier)?.[1];
    return `${say(FORM.from)} ${say(name)}${version === undefined ? '' : ` ${say(FORM.version)}${String(Number(version))}${say(FORM.versionEnd)}`} · ${instantText(at, language)}`;
  };
}

export function FormFields({ fields, text, faults, change }: { fields: readonly FormField[]; text: FaceText; faults: Faults; change: (name: string, value: string) => void }) {
  const { say } = useLanguage();
  const originText = useOriginText();
  return (
    <>
      {fields.map((field) => {
        const value = text[field.name] ?? '';
        const { origin } = field;
        const differs = origin !== undefined && value.trim() !== textOf(origin.value).trim();
        const hint = origin && `${originText(origin)}${differs ? ` · ${say(FORM.changed)}${textOf(origin.value)}` : ''}`;
        return <FaceControl key={field.name} field={field} value={value} fault={faults[field.name]} change={(next) => change(field.name, next)} hint={hint} />;
      })}
    </>
  );
}

export function GivenChoices({ choices, given, change }: { choices: readonly { readonly key: string; readonly name: string }[]; given: readonly string[]; change: (given: readonly string[]) => void }) {
  return (
    <div class="choices">
      {choices.map(({ key, name }) => <label key={key} class="choice"><input type="checkbox" checked={given.includes(key)} onChange={(event) => change(event.currentTarget.checked ? [...given, key] : given.filter((each) => each !== key))} /> {name}</label>)}
    </div>
  );
}
