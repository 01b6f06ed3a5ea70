/** One seal: its likeness, what the ledger says of it, and what can be done with it now. */
import { useKept } from '../fetched.js';
import { dayText, termText } from '../format.js';
import { useLanguage } from '../language.js';
import { Seal } from '../licence/seal.js';
import type { KindRecord, SealView, SessionView } from '../types.js';
import { COMMON } from '../words/common.js';
import { LICENCE } from '../words/licence.js';
import { SEALS, SEAL_STATES } from '../words/seals.js';
import { ROLES } from '../words/staff.js';
import { SealActions } from './seal-actions.js';
import type { News } from './seals-page.js';

export interface SealProps {
  readonly seal: SealView;
  readonly session: SessionView;
  readonly canSign: boolean;
  readonly tell: (news: News) => void;
}

const CHIPS = { applied: 'waiting', requested: 'waiting', made: 'waiting', 'in-use': 'valid', stopped: 'suspended', cancelled: 'cancelled', ended: 'expired' } as const;
const BEIJING_MS = 8 * 3_600_000;
const dayOf = (instant: string): string => new Date(Date.parse(instant) + BEIJING_MS).toISOString().slice(0, 10);

/** What stands below the star: the name of the seal without the agency's, which runs along the arc. */
export const wordsOnSeal = (name: string, agency: string): string => (name.startsWith(agency) ? name.slice(agency.length).trim() : name) || LICENCE.sealWords.zh;

export function SealItem(props: SealProps) {
  const { say, language } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const { seal } = props;
  const state = seal.state === 'in-use' && seal.warning === 'SEAL_ENDED' ? 'ended' : seal.state;
  const warning = seal.renewedBy !== undefined && seal.state === 'in-use' ? SEALS.renewed : seal.warning === 'SEAL_ENDED' ? SEALS.ended : seal.warning === 'SEAL_ENDS_SOON' ? SEALS.endsSoon : undefined;
  const nameOfKind = (type: string): string => {
    const kind = kinds?.find((each) => each.type === type);
    return kind ? say(kind.name) : type;
  };
  const rows = [
    { word: SEALS.agency, value: seal.agencyName },
    ...(seal.validFrom !== undefined && seal.validUntil !== undefined ? [{ word: SEALS.period, value: termText(dayOf(seal.validFrom), dayOf(seal.validUntil), language) }] : []),
    { word: SEALS.triggers, value: seal.triggers?.map((role) => say(ROLES[role])).join(say(COMMON.comma)) ?? say(SEALS.anybody) },
    ...(seal.kinds ? [{ word: SEALS.kinds, value: seal.kinds.map(nameOfKind).join(say(COMMON.comma)) }] : []),
    { word: SEALS.key, value: say(seal.here ? SEALS.here : SEALS.elsewhere).replace('{alg}', seal.alg) },
  ];
  return (
    <li class="proposal seal-item">
      <div class={`seal-picture${seal.state === 'in-use' ? '' : ' seal-pale'}`}><Seal name={seal.agencyName} words={wordsOnSeal(seal.name, seal.agencyName)} title={say(LICENCE.sealName)} /></div>
      <div>
        <h2>{seal.name} <span class={`chip chip-${CHIPS[state]}`}>{say(SEAL_STATES[state])}</span></h2>
        <dl class="timeline-rows">{rows.map(({ word, value }) => <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}</dl>
        {warning && <p class={`notice ${warning === SEALS.renewed ? '' : 'notice-caution'}`}>{say(warning)}{warning === SEALS.endsSoon && seal.validUntil !== undefined && ` ${dayText(dayOf(seal.validUntil), language)}`}</p>}
        <details class="technical"><summary>{say(COMMON.technical)}</summary>
          <dl>
            <div><dt>{say(SEALS.number)}</dt><dd><code>{seal.id}</code></dd></div>
            {seal.renews !== undefined && <div><dt>{say(SEALS.renews)}</dt><dd><code>{seal.renews}</code></dd></div>}
            {seal.history?.map(({ status, at }) => <div key={at}><dt>{say(SEAL_STATES[status])}</dt><dd><code>{at}</code></dd></div>)}
          </dl>
        </details>
        <SealActions {...props} />
      </div>
    </li>
  );
}
