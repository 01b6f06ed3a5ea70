/** What is there, what may be used and by what, what is missing; and what that saves. */
import { MATERIAL_STATE_WORDS, UNFIT_WORDS, USE_WORDS, wordsOf } from '../../messages/applications.js';
import { messageOf } from '../words/codes.js';
import { useKept } from '../fetched.js';
import { dayText } from '../format.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { KindRecord, MaterialAnswer, MaterialsAnswer, Saved } from '../types.js';
import { MATERIALS } from '../words/applications.js';
import { COMMON } from '../words/common.js';

export function MaterialsList({ answer }: { answer: MaterialsAnswer }) {
  const { say } = useLanguage();
  return (
    <>
      <div class="saved">
        <SavedItem title={say(MATERIALS.savedPapers)} saved={answer.saved.materials} />
        <SavedItem title={say(MATERIALS.savedFields)} saved={answer.saved.fields} />
      </div>
      <ul class="licence-list">{answer.materials.map((material) => <Item key={material.key} material={material} matters={answer.matters} />)}</ul>
    </>
  );
}

function SavedItem({ title, saved }: { title: string; saved: Saved }) {
  const { say } = useLanguage();
  const rows = [[MATERIALS.listed, saved.listed], [MATERIALS.shared, saved.shared], [MATERIALS.held, saved.held]] as const;
  return (
    <div class="saved-item">
      <h3>{title}</h3>
      <dl>
        {rows.map(([word, count], i) => <div key={word.en}><dt>{say(word)}</dt><dd>{i > 0 && count > 0 ? `−${String(count)}` : count}</dd></div>)}
        <div class="saved-left"><dt>{say(MATERIALS.left)}</dt><dd>{saved.asked}</dd></div>
      </dl>
    </div>
  );
}

function Item({ material: { name, state, licence, identity, matters: of, daysLeft }, matters }: { material: MaterialAnswer; matters: MaterialsAnswer['matters'] }) {
  const { say, language } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const named = of.map((code) => matters.find(({ matter }) => matter === code)?.name ?? { zh: code, en: code });
  const kind = licence && kinds?.find(({ type }) => licence.licence.startsWith(type));
  const gives = kind ? (licence?.gives ?? []).flatMap((field) => kind.fields.find((each) => each.name === field)?.label ?? []) : [];
  return (
    <li class="material">
      <span class="material-name">{say(name)}</span>
      <span class={`chip chip-${state}`}>{say(MATERIAL_STATE_WORDS[state])}</span>
      <p class="fine">{say(MATERIALS.for)}{say(COMMON.colon)}{named.map(say).join(say(COMMON.comma))}{daysLeft !== undefined && ` · ${say(MATERIALS.atLeast)}${String(daysLeft)}`}</p>
      {licence && <p><Link to={`/l/${licence.identifier}`}>{say(messageOf(licence.outcome === 'not-in-force' ? (licence.status ?? licence.outcome) : licence.outcome))}</Link> · {say(MATERIALS.until)} {licence.validUntil === undefined ? say(MATERIALS.noEnd) : dayText(licence.validUntil, language)} · {say(MATERIALS.manager)} {licence.manager.name}</p>}
      {licence && <p>{say(USE_WORDS[`use-${licence.use}`])}{gives.length > 0 && ` · ${say(MATERIALS.gives)}${say(COMMON.colon)}${gives.map(say).join(say(COMMON.comma))}`}</p>}
      {identity && <p>{say(MATERIALS.identity)} {identity.agency.name} · {say(MATERIALS.until)} {dayText(identity.until, language)}</p>}
      {licence?.unfit.map((code) => <p key={code} class="material-fault">{say(wordsOf(UNFIT_WORDS, code))}</p>)}
    </li>
  );
}
