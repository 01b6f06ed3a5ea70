/** What the signed-in person's agency can do with a licence. */
import { useState } from 'preact/hooks';
import { ACT_WORDS } from '../../messages/statuses.js';
import { useKept } from '../fetched.js';
import { todayOf } from '../format.js';
import { useLanguage } from '../language.js';
import { mayAct, useSession } from '../session.js';
import type { ActResult, AgencyView, HistoryEvent, KindRecord, LicenceView } from '../types.js';
import { Link, navigate } from '../router.js';
import { Receipt } from '../issue/receipt.js';
import { ACTION } from '../words/licence.js';
import { SIGNING } from '../words/signing.js';
import { COMMON } from '../words/common.js';
import { ActForm } from './act-form.js';
import { actionsFor, type Action } from './allowed.js';

interface Props {
  readonly licence: LicenceView;
  readonly events: readonly HistoryEvent[];
  /** The licence has changed. */
  readonly done: () => void;
  readonly another: () => void;
}

export function Actions({ licence, events, done, another }: Props) {
  const { say } = useLanguage();
  const { session } = useSession();
  const agencies = useKept<readonly AgencyView[]>('/api/agencies');
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const [chosen, setChosen] = useState<Action | undefined>(location.hash === '#renew' ? 'renew' : undefined);
  const [result, setResult] = useState<{ act: Action; value: ActResult }>();
  const kind = kinds?.find(({ type }) => type === licence.kind.type);
  if (!mayAct(session) || !kind || !agencies) return null;
  const agency = agencies.find(({ code }) => code === session.agency);
  const actions = actionsFor({ status: licence.status, origin: licence.origin, type: licence.kind.type, manager: licence.manager.code }, agency, todayOf(Date.now()));
  const manages = licence.manager.code === session.agency;
  if (actions.length === 0 && !manages && !result) return null;
  const finished = (act: Action, value: ActResult) => {
    if (value.identifier !== undefined && value.identifier !== licence.identifier) navigate(`/l/${value.identifier}`);
    else {
      setResult({ act, value });
      done();
    }
  };
  return (
    <section class="sheet actions" aria-label={say(ACTION.title)}>
      {result ? (
        <Receipt result={result.value} title={result.value.proposal === undefined ? `${say(ACTION.done)}${say(COMMON.colon)}${say(ACT_WORDS[result.act])}` : say(SIGNING.proposed)}>{result.value.proposal !== undefined && <Link class="button primary" to="/issue/proposals">{say(SIGNING.toProposals)}</Link>}<button type="button" onClick={another}>{say(ACTION.title)}</button></Receipt>
      ) : (
        <>
          <h2>{say(ACTION.title)}</h2>
          {actions.length === 0 && <p>{say(ACTION.none)}</p>}
          <div class="action-buttons">
            {actions.map((act) => <button key={act} type="button" aria-pressed={chosen === act} onClick={() => setChosen(chosen === act ? undefined : act)}>{say(ACT_WORDS[act])}</button>)}
          </div>
          {chosen && actions.includes(chosen) && <ActForm key={chosen} act={chosen} licence={licence} kind={kind} agencies={agencies} after={events.at(-1)?.seq} done={(value) => finished(chosen, value)} />}
          {chosen && <button type="button" class="quiet" onClick={() => setChosen(undefined)}>{say(COMMON.cancel)}</button>}
        </>
      )}
    </section>
  );
}
