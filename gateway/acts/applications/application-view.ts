/** An application as its agency sees it: the ledger's steps, and the form that is kept here. */
import { APPLICATION_ACTS, APPLICATION_STEPS, type ApplicationRecord } from '#chaincode/facts/application';
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import { materialKey, type MatterRecord } from '#chaincode/facts/matter';
import type { Label } from '#chaincode/facts/records';
import type { FaceValue } from '#chaincode/facts/credential';
import type { Projection } from '../../ledger/projection.js';
import { reliedOn, type Applicant, type ApplicationDetails, type FormSource, type KeptMaterial } from './application-form.js';
import type { ApplicationShelf } from './application-shelf.js';

type Named = { readonly code: string; readonly name: string };
export interface ApplicationView {
  readonly id: string;
  /** Absent where the form is not kept here. */
  readonly number?: string;
  readonly caseNo?: string;
  readonly agency: Named;
  readonly holder: { readonly subject: string; readonly name?: string };
  readonly applicant?: Applicant;
  readonly trade?: { readonly code: string; readonly name: Label };
  readonly channel: string;
  readonly state: string;
  readonly matters: readonly { readonly matter: string; readonly name: Label; readonly variant: { readonly code: string; readonly name: Label }; readonly kind?: string; readonly outcome?: string; readonly docNo?: string; readonly identifier?: string }[];
  readonly form: readonly { readonly name: string; readonly label: Label; readonly value: FaceValue; readonly source?: Omit<FormSource, 'licence' | 'version'> & { readonly identifier: string }; readonly changed?: { readonly by: string; readonly at: string } }[];
  readonly materials: readonly (Omit<KeptMaterial, 'licence'> & { readonly name: Label; readonly identifier?: string })[];
  readonly reliedOn: readonly string[];
  readonly events: readonly ({ readonly seq: number; readonly act: string; readonly state: string; readonly at: string; readonly actors: ApplicationRecord['events'][number]['actors']; readonly authority: Named; readonly delegation?: ActedBy; readonly basis?: string; readonly docNo?: string; readonly matter?: string; readonly outcome?: string; readonly identifier?: string; readonly reliedOn?: readonly string[]; readonly note?: string; readonly transaction: string })[];
  /** Acts that the published table allows now. */
  readonly next: readonly string[];
}

/** By which somebody stood at the counter for the holder; `delegate`: code of the agent. */
export interface ActedBy {
  readonly id: string;
  readonly role: string;
  readonly delegate?: string;
}

/** An application as its holder sees it: how far it is, and who acted for him. Staff are not named. */
export interface OwnApplication extends Pick<ApplicationView, 'id' | 'number' | 'agency' | 'state'> {
  readonly cursor: string;
  readonly matters: readonly (Pick<ApplicationView['matters'][number], 'matter' | 'name' | 'outcome' | 'identifier'>)[];
  readonly events: readonly (Pick<ApplicationView['events'][number], 'act' | 'state' | 'at' | 'delegation' | 'note'>)[];
}

export const ownView = ({ id, number, agency, state, matters, events }: ApplicationView): Omit<OwnApplication, 'cursor'> => ({
  id, ...(number === undefined ? {} : { number }), agency, state,
  matters: matters.map(({ matter, name, outcome, identifier }) => ({ matter, name, ...(outcome === undefined ? {} : { outcome }), ...(identifier === undefined ? {} : { identifier }) })),
  events: events.map(({ act, state: then, at, delegation, note }) => ({ act, state: then, at, ...(delegation ? { delegation } : {}), ...(note === undefined ? {} : { note }) })),
});

const identified = ({ licence, version }: { licence: string; version: number }): string => identifierOf(licence as LicenceId, version);
const unnamed = (code: string): Label => ({ zh: code, en: code });

export function viewOf(projection: Projection, shelf: ApplicationShelf, record: ApplicationRecord): ApplicationView {
  const details = shelf.newest(record);
  const matters = record.matters.flatMap(({ matter }) => projection.get('matter', matter) ?? []);
  const trade = record.trade === undefined ? undefined : projection.get('trade', record.trade);
  const name = details && holderName(projection, matters, details);
  return {
    id: record.id, ...(details ? { number: details.number, ...(details.caseNo === undefined ? {} : { caseNo: details.caseNo }), applicant: details.applicant } : {}),
    agency: agencyOf(projection, record.agency), holder: { subject: record.subject, ...(name === undefined ? {} : { name }) }, ...(trade ? { trade: { code: trade.code, name: trade.name } } : {}),
    channel: record.channel, state: record.state, matters: record.matters.map((each) => matterView(projection, record, each)),
    form: details ? formView(matters, details) : [], materials: details ? materialsView(projection, matters, details) : [],
    reliedOn: details ? [...new Set(matters.flatMap(({ code }) => reliedOn(details, code)).map(identified))] : [],
    events: record.events.map((event) => eventView(projection, shelf, record, event)),
    next: APPLICATION_ACTS.filter((act) => APPLICATION_STEPS[act].from.includes(record.state) && !(act === 'withdraw' && record.events.some((event) => event.act === 'decide'))),
  };
}

const agencyOf = (projection: Projection, code: string): Named => ({ code, name: projection.get('agency', code)?.name ?? code });

function eventView(projection: Projection, shelf: ApplicationShelf, record: ApplicationRecord, { details, licence, version, reliedOn: relied, authority, txId, delegation, filed, ...event }: ApplicationRecord['events'][number]): ApplicationView['events'][number] {
  const note = shelf.step(record, details)?.note;
  const by = projection.get('delegation', delegation ?? filed?.delegations?.[0] ?? '');
  return {
    ...event, authority: agencyOf(projection, authority), transaction: txId, ...(by ? { delegation: { id: by.id, role: by.role, ...(by.delegate === undefined ? {} : { delegate: by.delegate }) } } : {}), ...(licence === undefined || version === undefined ? {} : { identifier: identified({ licence, version }) }),
    ...(relied ? { reliedOn: relied.map(identified) } : {}), ...(note === undefined ? {} : { note }),
  };
}

function matterView(projection: Projection, { events }: ApplicationRecord, { matter, variant }: ApplicationRecord['matters'][number]): ApplicationView['matters'][number] {
  const record = projection.get('matter', matter);
  const decided = events.find((event) => event.matter === matter);
  return {
    matter, name: record?.name ?? unnamed(matter), variant: { code: variant, name: record?.variants.find(({ code }) => code === variant)?.name ?? unnamed(variant) }, ...(record?.kind === undefined ? {} : { kind: record.kind }),
    ...(decided?.outcome === undefined ? {} : { outcome: decided.outcome }), ...(decided?.docNo === undefined ? {} : { docNo: decided.docNo }),
    ...(decided?.licence === undefined || decided.version === undefined ? {} : { identifier: identified({ licence: decided.licence, version: decided.version }) }),
  };
}

/** As the form says, to the agency that has it. */
function holderName(projection: Projection, matters: readonly MatterRecord[], { form }: ApplicationDetails): string | undefined {
  const names = matters.flatMap(({ kind, form: fields }) => {
    const role = kind === undefined ? undefined : projection.get('kind', kind)?.fields.find((field) => field.role === 'holder-name')?.name;
    return fields.filter(({ fills }) => fills !== undefined && fills === role).map(({ name }) => name);
  });
  const value = form.find(({ name }) => names.includes(name))?.value;
  return typeof value === 'string' ? value : undefined;
}

function materialsView(projection: Projection, matters: readonly MatterRecord[], { materials }: ApplicationDetails): ApplicationView['materials'] {
  const known = new Map(matters.flatMap(({ variants }) => variants.flatMap((variant) => variant.materials.map((material) => [materialKey(material), material] as const))));
  return materials.map(({ licence, ...rest }) => {
    const material = known.get(rest.key);
    const name = material?.type === 'licence' ? projection.get('kind', material.kind)?.name : material?.name;
    return { ...rest, name: name ?? unnamed(rest.key), ...(licence ? { identifier: identified(licence) } : {}) };
  });
}

function formView(matters: readonly MatterRecord[], { form }: ApplicationDetails): ApplicationView['form'] {
  const fields = matters.flatMap((matter) => matter.form);
  return form.map(({ name, value, source, changed }) => {
    const label = fields.find((field) => field.name === name)?.label ?? unnamed(name);
    if (!source) return { name, label, value, ...(changed ? { changed } : {}) };
    const { licence, version, ...rest } = source;
    return { name, label, value, source: { ...rest, identifier: identified({ licence, version }) }, ...(changed ? { changed } : {}) };
  });
}
