/** Scenes 场景授权: what one agency, or a statute, lets another see. Approvers and registrars sign. */
import { randomId } from '#gateway/keyring';
import type { SceneView } from '#gateway/acts/use/scene';
import { flag, text, type Command, type Invocation } from '../command.js';
import { carryOut } from './licence.js';
import { commandOf, done, kindsOf, needed, SIGNING, type Step } from './steps.js';

const lineOf = ({ id, state, name, owner, grantee, purpose, statute }: SceneView): string => `${id}  ${state.padEnd(8)}  ${name.zh}  ${statute ? 'statute' : owner.name} -> ${grantee.name}  ${purpose.code} ${purpose.zh}`;

async function put(invocation: Invocation): Promise<void> {
  const { client, values } = invocation;
  const kinds = await kindsOf(client, values);
  const name = needed(values, 'name', 'what the scene is called');
  const [basis, until] = [text(values, 'basis'), text(values, 'until')];
  done(invocation, await carryOut(invocation, { op: 'register', act: {
    op: 'scene.put', id: randomId(), name: { zh: name, en: text(values, 'name-en') ?? name }, owner: client.key.agency, grantee: needed(values, 'grantee', 'the code of the agency that may see'), kinds,
    purpose: needed(values, 'purpose', 'a code of /api/purposes'), ...(basis === undefined ? {} : { basis }), from: needed(values, 'from', 'its first day'), ...(until === undefined ? {} : { until }), statute: flag(values, 'statute'),
  } }));
}

const act = (op: string): Step['run'] => async (invocation, id) => { done(invocation, await carryOut(invocation, { op: 'register', act: { op, id } })); };

const STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: 'scenes that your agency gave or got, and statutes', run: async ({ client, values, print }) => {
    const as = text(values, 'as');
    const { scenes } = await client.get<{ scenes: SceneView[] }>(`/api/scenes${as === undefined ? '' : `?as=${encodeURIComponent(as)}`}`);
    print(scenes, scenes.map(lineOf).join('\n') || 'no scenes');
  } },
  show: { argument: 'SCENE', words: 'one of them', run: async ({ client, print }, id) => {
    const scene = await client.get<SceneView>(`/api/scenes/${encodeURIComponent(id)}`);
    print(scene, [lineOf(scene), ...scene.kinds.map(({ name, fields }) => `  ${name.zh}: ${fields.map((field) => `${field.label.zh} (${field.name})`).join(', ')}`), `  from ${scene.from}${scene.until === undefined ? '' : ` until ${scene.until}`}`, ...scene.approvals.map(({ name, at }) => `  ${at}  ${name}`), ...(scene.endedAt === undefined ? [] : [`  ${scene.endedAt}  ended`])].join('\n'));
  } },
  put: { argument: '', words: 'let another agency see', run: put },
  approve: { argument: 'SCENE', words: 'stand for a statute that another agency has put', run: act('scene.approve') },
  end: { argument: 'SCENE', words: 'at once', run: act('scene.end') },
};

export const sceneCommands: Readonly<Record<string, Command>> = { scene: commandOf({
  name: 'scene', summary: 'scenes 场景授权: list, show, put, approve, end', steps: STEPS,
  options: {
    as: { type: 'string', value: 'owner|grantee', help: 'list: only those that your agency gave, or got' }, name: { type: 'string', value: 'TEXT', help: 'what it is called' }, 'name-en': { type: 'string', value: 'TEXT', help: 'in English; the same where not given' },
    grantee: { type: 'string', value: 'USCC', help: 'who may see' }, kind: { type: 'string', multiple: true, value: 'KIND=FIELD,FIELD', help: 'which licences, which fields; repeat for more kinds' }, purpose: { type: 'string', value: 'CODE', help: 'what for' },
    from: { type: 'string', value: 'DAY', help: 'first day' }, until: { type: 'string', value: 'DAY', help: 'last day; none where not given' }, statute: { type: 'boolean', help: 'by a statute: every agency\'s licences, once another agency approves' }, basis: { type: 'string', value: 'CODE', help: 'the statute' }, ...SIGNING,
  },
  examples: ['scene put --name 食品许可复用 --grantee 11370303009999228K --kind food=number,scope --purpose INSPECTION --from 2026-04-01', 'scene approve SCENE', 'scene end SCENE'],
}) };
