/** Alarms: what each is, since when, how bad, where to look and what to do; and who has seen it. */
import { useState } from 'preact/hooks';
import { ALARM_WORDS, SEVERITY_WORDS } from '../../messages/alarms.js';
import { call, type Problem } from '../api.js';
import { useFetched } from '../fetched.js';
import { dayText, instantText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { seesAlarms, useSession } from '../session.js';
import type { AlarmView } from '../types.js';
import { ALARMS } from '../words/alarms.js';
import { COMMON } from '../words/common.js';
import { SignIn } from './sign-in.js';

/** Whose ids say something beside the words. */
const NAMED: ReadonlySet<string> = new Set(['seal-ends', 'connection-ends', 'head-refused', 'head-forked', 'hook-down', 'use-gap', 'reading-unusual'] satisfies AlarmView['kind'][]);

export function AlarmsPage() {
  const { say, language } = useLanguage();
  useTitle(say(ALARMS.title));
  const { session, ready } = useSession();
  const mayHe = seesAlarms(session);
  const { value, problem, reload } = useFetched<{ readonly alarms: readonly AlarmView[]; readonly closed: readonly AlarmView[]; readonly checkedAt?: string }>(mayHe ? '/api/alarms' : undefined);
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(ALARMS.title)}</h1>
      {!mayHe && <p>{say(ALARMS.only)}</p>}
      {mayHe && <p class="fine">{say(ALARMS.lead)} {value && (value.checkedAt === undefined ? say(ALARMS.unchecked) : `${say(ALARMS.checked)}${instantText(value.checkedAt, language)}`)}</p>}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {mayHe && !value && !problem && <Loading />}
      {value?.alarms.length === 0 && <p role="status">{say(ALARMS.none)}</p>}
      <ul class="alarms">{value?.alarms.map((alarm) => <Alarm key={alarm.id} alarm={alarm} done={reload} />)}</ul>
      {value && value.closed.length > 0 && <details><summary>{say(ALARMS.over)} ({value.closed.length})</summary><ul class="alarms">{value.closed.map((alarm) => <Alarm key={`${alarm.id} ${alarm.raisedAt}`} alarm={alarm} />)}</ul></details>}
    </section>
  );
}

/** @param done absent: it is over, and nothing is left to do */
function Alarm({ alarm, done }: { alarm: AlarmView; done?: () => void }) {
  const { say } = useLanguage();
  const { kind, severity, about, link, oldest } = alarm;
  const { what, todo } = ALARM_WORDS[kind];
  return (
    <li class={`alarm alarm-${done ? severity : 'over'}`}>
      <h2>{say(what)}{about && <>{say(COMMON.colon)}{say(about)}</>} <span class={`chip chip-${severity}`}>{say(SEVERITY_WORDS[severity])}</span></h2>
      <Rows alarm={alarm} />
      {done && (
        <>
          <p><strong>{say(ALARMS.todo)}{say(COMMON.colon)}</strong>{say(todo)}</p>
          <div class="action-buttons"><Place to={link}>{say(ALARMS.look)}</Place>{oldest !== undefined && <Place to={oldest}>{say(ALARMS.oldest)}</Place>}<SeenButton id={alarm.id} done={done} /></div>
        </>
      )}
    </li>
  );
}

/** Pages of ours by a link; what the gateway says of itself is no page. */
function Place({ to, children }: { to: string; children: string }) {
  return to.startsWith('/health/') ? <a class="button" href={to}>{children}</a> : <Link class="button" to={to}>{children}</Link>;
}

function Rows({ alarm: { kind, subject, agency, since, count, atLeast, within, usual, endsAt, heads, closedAt, seen } }: { alarm: AlarmView }) {
  const { say, language } = useLanguage();
  const rows: readonly (readonly [string, string])[] = [
    [say(ALARMS.since), instantText(since, language)],
    ...(count === undefined ? [] : [[say(ALARMS.count), `${String(count)}${atLeast ? ` ${say(ALARMS.atLeast)}` : ''}${within === undefined ? '' : ` ${say(ALARMS[within])}`}${usual === undefined ? '' : `${say(COMMON.comma)}${say(ALARMS.usual)} ${String(usual)}`}`] as const]),
    ...(endsAt === undefined ? [] : [[say(ALARMS.endsAt), dayText(endsAt.slice(0, 10), language)] as const]),
    ...(heads ?? []).map(({ agency: of, height, hash, at }) => [of === undefined ? say(ALARMS.headHere) : `${say(ALARMS.headOf)}${of}`, `${String(height)} ${say(ALARMS.blocks)} ${hash}${at === undefined ? '' : ` ${instantText(at, language)}`}`] as const),
    ...(closedAt === undefined ? [] : [[say(ALARMS.overAt), instantText(closedAt, language)] as const]),
    [say(ALARMS.agency), agency?.name ?? say(ALARMS.gateway)],
    ...(NAMED.has(kind) ? [[say(ALARMS.subject), subject] as const] : []),
  ];
  return (
    <>
      <dl class="timeline-rows">{rows.map(([name, text]) => <div key={`${name} ${text}`}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>
      {seen.map(({ staff, name, at }) => <p key={staff} class="fine">{say(ALARMS.seenBy)}{name ?? staff}{say(COMMON.comma)}{instantText(at, language)}</p>)}
    </>
  );
}

function SeenButton({ id, done }: { id: string; done: () => void }) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const press = async (): Promise<void> => {
    setState({ busy: true });
    const reply = await call('/api/alarms/seen', { method: 'POST', json: { id } });
    setState(reply.ok ? { busy: false } : { busy: false, problem: reply.problem });
    if (reply.ok) done();
  };
  return <><button type="button" disabled={state.busy} onClick={() => void press()}>{say(ALARMS.seen)}</button>{state.problem && <ProblemNotice problem={state.problem} />}</>;
}
