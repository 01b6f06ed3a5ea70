/** Charts where people look rather than read: issues and changes of status over time, uses by agency and purpose, papers saved. */
import { useState } from 'preact/hooks';
import { PURPOSES } from '#chaincode/facts/purpose';
import { wordsOf } from '../../messages/applications.js';
import { useFetched } from '../fetched.js';
import { todayOf } from '../format.js';
import { ChoiceField, DayField, faultsByField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { Figures } from '../types.js';
import { useAgencyName } from '../verify/particulars.js';
import { AUDIT, SERIES_WORDS } from '../words/audit.js';
import { Columns, Rows } from './chart.js';

/** Acts that tell the same story are one part of a bar. */
const SERIES = { made: ['issue', 'import'], renewed: ['renew', 'change', 'confirm', 'accept'], ended: ['annul', 'revoke', 'withdraw', 'cancel'], other: [] } as const satisfies Record<keyof typeof SERIES_WORDS, readonly string[]>;
const seriesOf = (act: string): keyof typeof SERIES => (Object.keys(SERIES) as (keyof typeof SERIES)[]).find((name) => SERIES[name].some((each) => each === act)) ?? 'other';
/** Bars of uses that are drawn; the rest is in the table of an export. */
const USES_SHOWN = 20;

export function FiguresView() {
  const { say } = useLanguage();
  const today = todayOf(Date.now());
  const [asked, setAsked] = useState({ from: `${String(Number(today.slice(0, 4)) - 1)}${today.slice(4)}`.replace('-02-29', '-02-28'), to: today, by: 'month' });
  const whole = asked.from !== '' && asked.to !== '';
  const { value, problem, loading } = useFetched<Figures>(whole ? `/api/audit/figures?${new URLSearchParams(asked).toString()}` : undefined);
  const faults = faultsByField(problem?.fields ?? []);
  const change = (name: keyof typeof asked) => (text: string) => setAsked((before) => ({ ...before, [name]: text }));
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(AUDIT.figures)}</h1>
      <div class="field-row">
        <DayField name="from" label={say(AUDIT.from)} required fault={faults['from']} value={asked.from} change={change('from')} />
        <DayField name="to" label={say(AUDIT.to)} required fault={faults['to']} value={asked.to} change={change('to')} />
        <ChoiceField name="by" label={say(AUDIT.period)} required value={asked.by} change={change('by')} choices={[{ value: 'month', text: say(AUDIT.by_month) }, { value: 'day', text: say(AUDIT.by_day) }]} />
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {loading && <Loading />}
      {value && <Charts figures={value} />}
    </section>
  );
}

function Charts({ figures: { acts, saved, uses, usesComplete } }: { figures: Figures }) {
  const { say } = useLanguage();
  const agencyName = useAgencyName();
  const periods = [...new Set(acts.map(({ period }) => period))].sort();
  const names = Object.keys(SERIES) as (keyof typeof SERIES)[];
  const series = names.map((name) => ({ name: say(SERIES_WORDS[name]), values: periods.map((period) => acts.filter((row) => row.period === period && seriesOf(row.act) === name).reduce((sum, { count }) => sum + count, 0)) }));
  const shown = uses.slice(0, USES_SHOWN);
  return (
    <>
      <h2>{say(AUDIT.actsChart)}</h2>
      <Columns title={say(AUDIT.actsChart)} axis={say(AUDIT.period)} categories={periods} series={series} />
      <h2>{say(AUDIT.usesChart)}</h2>
      {!usesComplete && <p class="notice notice-caution">{say(AUDIT.usesNewest)}</p>}
      <Rows title={say(AUDIT.usesChart)} axis={say(AUDIT.purpose)} categories={shown.map(({ agency, purpose }) => `${agencyName(agency)} · ${purpose === '-' ? say(AUDIT.noPurpose) : say(wordsOf(PURPOSES, purpose))}`)} series={[{ name: say(AUDIT.count), values: shown.map(({ count }) => count) }]} />
      <h2>{say(AUDIT.savedChart)}</h2>
      <p class="fine">{say(AUDIT.savedLead)}</p>
      <Columns title={say(AUDIT.savedChart)} axis={say(AUDIT.period)} categories={saved.map(({ period }) => period)} series={[{ name: say(AUDIT.count), values: saved.map(({ count }) => count) }]} />
    </>
  );
}
