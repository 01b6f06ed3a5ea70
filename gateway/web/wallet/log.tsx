/** Who used or looked at the holder's licences, when, by whose leave and for what: from the use records, which come before any answer. */
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { OwnUse } from '../types.js';
import { COMMON } from '../words/common.js';
import { AUTHORITIES, USE_ACT_WORDS, WALLET } from '../words/wallet.js';
import { useOwn, type Opened } from './wallet.js';

export function Log({ opened }: { opened: Opened }) {
  const { say } = useLanguage();
  const { rows, problem, more, reload, loadMore } = useOwn<OwnUse>(opened, 'uses', ({ seq }) => String(seq));
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(WALLET.log)}</h1>
      <p class="fine">{say(WALLET.logLead)}</p>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!rows && !problem && <Loading />}
      {rows?.length === 0 && <p>{say(WALLET.noUses)}</p>}
      {rows?.map((use) => <Entry key={use.seq} use={use} />)}
      {more && <button type="button" onClick={loadMore}>{say(WALLET.more)}</button>}
    </section>
  );
}

function Entry({ use }: { use: OwnUse }) {
  const { say, language } = useLanguage();
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{use.agency.name}</h3><span class="fine">{instantText(use.at, language)}</span></div>
      <dl class="wallet-rows">
        <div><dt>{say(WALLET.did)}</dt><dd>{say(USE_ACT_WORDS[use.act])}{use.kind && <> · {say(use.kind)}</>}</dd></div>
        <div><dt>{say(WALLET.purpose)}</dt><dd>{use.purpose ? say(use.purpose) : say(WALLET.noPurpose)}</dd></div>
        {use.caseNo !== undefined && <div><dt>{say(WALLET.caseNo)}</dt><dd>{use.caseNo}</dd></div>}
        <div><dt>{say(WALLET.by)}</dt><dd>{say(AUTHORITIES[use.authority.by])}</dd></div>
        {use.fields.length > 0 && <div><dt>{say(WALLET.fields)}</dt><dd>{use.fields.map((field) => say(field)).join(say(COMMON.comma))}</dd></div>}
        <div><dt>{say(WALLET.record)}</dt><dd>{use.seq}</dd></div>
      </dl>
    </article>
  );
}
