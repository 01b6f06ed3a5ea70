/** One field of a form: label, hint, control and fault belong together for eye and ear. */
import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import type { FieldFault } from '../api.js';
import { useLanguage } from '../language.js';
import type { Message } from '../../messages.js';
import { messageOf } from '../words/codes.js';
import { COMMON } from '../words/common.js';

export type Faults = Readonly<Record<string, Message>>;

/** By the field's own name: the gateway names some by their path in the request. */
export function faultsByField(faults: readonly FieldFault[]): Faults {
  return Object.fromEntries(faults.map(({ field, code, characters, ...told }) => [field.split('/').pop() ?? field, characters !== undefined && told.zh !== undefined && told.en !== undefined ? { zh: told.zh, en: told.en } : messageOf(code, told)]));
}

interface Shell {
  readonly name: string;
  readonly label: string;
  readonly required?: boolean;
  readonly hint?: string | undefined;
  readonly fault?: Message | undefined;
}
interface Describing {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
  readonly 'aria-required'?: true;
}

export function Field({ name, label, required = false, hint, fault, children }: Shell & { children: (describing: Describing) => ComponentChildren }) {
  const { say } = useLanguage();
  const id = `field-${name}`;
  const describedBy = [fault && `${id}-fault`, hint !== undefined && `${id}-hint`].filter((each) => typeof each === 'string').join(' ');
  return (
    <div class={`field${fault ? ' field-faulty' : ''}`}>
      <label for={id}>{label}{!required && <span class="optional"> {say(COMMON.optional)}</span>}</label>
      {hint !== undefined && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {children({ id, ...(describedBy === '' ? {} : { 'aria-describedby': describedBy }), ...(fault ? { 'aria-invalid': true } : {}), ...(required ? { 'aria-required': true } : {}) })}
      {fault && <p class="field-fault" id={`${id}-fault`}>{say(fault)}</p>}
    </div>
  );
}

interface Controlled extends Shell {
  readonly value: string;
  readonly change: (value: string) => void;
}

export function TextField({ value, change, input = {}, ...shell }: Controlled & { input?: InputHTMLAttributes<HTMLInputElement> }) {
  return <Field {...shell}>{(describing) => <input {...describing} type="text" autocomplete="off" {...input} value={value} onInput={(event) => change(event.currentTarget.value)} />}</Field>;
}

export function LongField({ value, change, rows = 4, ...shell }: Controlled & { rows?: number }) {
  return <Field {...shell}>{(describing) => <textarea {...describing} rows={rows} value={value} onInput={(event) => change(event.currentTarget.value)} />}</Field>;
}

export function DayField({ value, change, ...shell }: Controlled) {
  return <Field {...shell}>{(describing) => <input {...describing} type="date" min="1900-01-01" max="2199-12-31" value={value} onInput={(event) => change(event.currentTarget.value)} />}</Field>;
}

/** @param empty words of the choice of nothing */
export function ChoiceField({ value, change, choices, empty, ...shell }: Controlled & { choices: readonly { readonly value: string; readonly text: string }[]; empty?: string }) {
  return (
    <Field {...shell}>{(describing) => (
      <select {...describing} value={value} onChange={(event) => change(event.currentTarget.value)}>
        {empty !== undefined && <option value="">{empty}</option>}
        {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.text}</option>)}
      </select>
    )}</Field>
  );
}

/** Moves to the first field that is wrong, once it has been drawn. */
export function focusFirstFault(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
