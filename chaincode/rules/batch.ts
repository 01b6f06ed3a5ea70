/** A transaction carries requests of one caller; each command succeeds or is refused on its own, in order. */
import { Compile } from 'typebox/compile';
import type { ApplicationCommand } from '../facts/application-commands.js';
import type { RuleSetAct } from '../facts/automatic-commands.js';
import { CanonicalError } from '../facts/canonical.js';
import { Request, type Act, type Command, type DocumentAct, type LicenceCommand, type PlainAct } from '../facts/commands.js';
import type { PartAct } from '../facts/composite-commands.js';
import type { ConditionAct } from '../facts/condition-commands.js';
import type { DelegationAct } from '../facts/delegation-commands.js';
import type { DeviceAct } from '../facts/device-commands.js';
import type { ErasureAct } from '../facts/erasure-commands.js';
import { isNatural } from '../facts/erasure.js';
import type { GrantAct } from '../facts/grant-commands.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { IdentityAct } from '../facts/identity-commands.js';
import type { LedgerRecord, Outcome, RequestRecord } from '../facts/records.js';
import { demand, RuleError, type RefusalCode } from '../facts/refusal.js';
import type { ObjectionAct } from '../facts/objection-commands.js';
import type { PrintOrderAct } from '../facts/print-order-commands.js';
import type { SceneAct } from '../facts/scene-commands.js';
import type { Shown } from '../facts/shown.js';
import type { SupervisionAct } from '../facts/supervision-commands.js';
import { keyOf, listKey, partKey, requestKey, type Moment, type World } from '../world.js';
import { actsAlone, checkActors, demandCaller, demandFresh, type Caller, type Person } from './actors.js';
import { applyApplication } from './application.js';
import { applyRuleSet } from './automatic.js';
import { applyPart } from './composite.js';
import { applyCondition } from './condition.js';
import { applyDelegation } from './delegation.js';
import { applyDevice } from './device.js';
import { addDocument } from './document.js';
import { applyErasure, confirmErasure } from './erasure.js';
import { applyGrant } from './grant.js';
import { applyLicence } from './licence.js';
import { applyIdentity } from './identity.js';
import { anchorLog } from './log.js';
import { applyObjection } from './objection.js';
import { applyPrintOrder } from './print-order.js';
import { applyProposal, isProposal } from './proposal.js';
import { applyRegistry } from './registry.js';
import { recordReport } from './report.js';
import { applyScene } from './scene.js';
import { applySupervision } from './supervision.js';
import { closeTrace } from './trace.js';

export interface Refused {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly field?: string;
}
export type Result = ({ readonly ok: true } & Outcome) | Refused;

export interface RequestResult {
  readonly requestId: string;
  /** The transaction that recorded the results, where it was an earlier one. */
  readonly recordedIn?: string;
  readonly results: readonly Result[];
}

const requestSchema = Compile(Request);

/** Runs every request of a transaction. Never throws for what a client sent. */
export async function runBatch(world: World, caller: Caller, moment: Moment, requests: readonly unknown[], shown: Shown): Promise<RequestResult[]> {
  const checked = requests.map((candidate) => (requestSchema.Check(candidate) ? candidate : malformed(candidate)));
  await world.load(checked.flatMap((request) => ('results' in request ? [] : recordsOf(request))));
  const results: RequestResult[] = [];
  for (const request of checked) results.push('results' in request ? request : await runRequest({ world, caller, moment, request, shown }));
  return results;
}

/** Keys of the records that every command of a request reads. What else a rule reads, it reads by itself. */
function recordsOf({ agency, requestId, actors, commands }: Request): string[] {
  return [
    keyOf('agency', agency), keyOf('request', requestKey(agency, requestId)), ...actors.map(({ staff }) => keyOf('staff', staff)),
    ...commands.flatMap(({ act }) => (isLicence(act) || act.op === 'document.add' ? recordsOfLicence(agency, act) : isPrintOrder(act) ? recordsOfPrint(act) : recordsOfHolder(act))),
  ];
}

function recordsOfLicence(agency: string, act: LicenceCommand | DocumentAct): string[] {
  const places = 'place' in act ? [act.place, ...(act.line ? [act.line] : [])] : [];
  return [
    keyOf('licence', act.licence), keyOf('kind', splitLicenceId(act.licence as LicenceId).type), ...('seal' in act ? [keyOf('seal', act.seal)] : []),
    ...('members' in act && act.members ? act.members.map((licence) => keyOf('licence', licence)) : []),
    ...('automatic' in act && act.automatic ? act.automatic.reliedOn.map(({ licence }) => keyOf('licence', licence)) : []),
    ...places.map(({ list }) => keyOf('list', listKey(agency, list))),
    ...('subject' in act && isNatural(act.subject) ? [keyOf('retention', act.subject), keyOf('erasure', act.subject)] : []),
  ];
}

const recordsOfPrint = (act: PrintOrderAct): string[] => [keyOf('print-order', act.id), ...(act.op === 'print.order' ? [keyOf('licence', act.licence), keyOf('printing', act.licence), keyOf('kind', splitLicenceId(act.licence as LicenceId).type)] : [])];

function recordsOfHolder(act: Act): string[] {
  const named = 'by' in act ? act.by : undefined;
  const by = named ? [keyOf('device', named.device), ...(named.delegation === undefined ? [] : [keyOf('delegation', named.delegation)])] : [];
  switch (act.op) {
    case 'scene.put': case 'scene.approve': case 'scene.end': return [keyOf('scene', act.id)];
    case 'device.put': return [keyOf('device', act.id), keyOf('holder', act.subject), keyOf('key', act.spki), ...by];
    case 'device.status': return [keyOf('device', act.id), ...by];
    case 'delegation.put': return [keyOf('delegation', act.delegation.id), ...by];
    case 'delegation.revoke': return [keyOf('delegation', act.id), ...by];
    case 'objection.put': return [keyOf('objection', act.objection.id), keyOf('licence', act.objection.licence), keyOf('objected', act.objection.licence), ...by];
    case 'objection.answer': return [keyOf('objection', act.id)];
    case 'grant.put': return [keyOf('grant', act.grant.id), keyOf('agency', act.grant.grantee), ...by];
    case 'grant.revoke': return [keyOf('grant', act.id), ...by];
    case 'grant.use': return [keyOf('grant', act.grant)];
    case 'part.put': case 'part.end': return [keyOf('licence', act.licence), keyOf('part', partKey(act.licence, act.to))];
    case 'erasure.ask': case 'erasure.begin': case 'erasure.confirm': case 'hold.put': return [keyOf('erasure', act.subject), keyOf('retention', act.subject), ...by];
    case 'hold.lift': return [keyOf('hold', act.id)];
    case 'identity.put': case 'identity.end': return [keyOf('identity', act.id), ...by];
    default: return [];
  }
}

function malformed(candidate: unknown): RequestResult {
  const shape = (typeof candidate === 'object' && candidate !== null ? candidate : {}) as { requestId?: unknown; commands?: unknown };
  const [first] = requestSchema.Errors(candidate);
  const refused: Refused = { ok: false, code: 'COMMAND_MALFORMED', field: first?.instancePath ?? '' };
  const count = Array.isArray(shape.commands) ? Math.max(1, shape.commands.length) : 1;
  return { requestId: typeof shape.requestId === 'string' ? shape.requestId : '', results: Array.from({ length: count }, () => refused) };
}

async function runRequest({ world, caller, moment, request, shown }: Pick<RequestContext, 'world' | 'moment' | 'request' | 'shown'> & { readonly caller: Caller }): Promise<RequestResult> {
  const { requestId } = request;
  try {
    const ledger = await world.get('ledger', 'settings');
    demand(ledger, 'LEDGER_NOT_INITIALISED');
    await demandCaller(world, caller, request.agency);
    const key = requestKey(request.agency, requestId);
    const earlier = await world.get('request', key);
    demand(earlier === undefined || earlier.content === request.content, 'REQUEST_ID_REUSED', 'requestId');
    const replayed = earlier && replay(request, earlier);
    if (replayed) return replayed;
    demand(request.actors.length > 0 || request.commands.every(({ act }) => actsAlone(act)), 'ACTORS_TOO_FEW', 'actors');
    const persons = await checkActors(world, ledger, request);
    return await world.attempt(() => runCommands({ world, ledger, moment, request, persons, earlier, key, shown }));
  } catch (error) {
    if (error instanceof RolledBack) return { requestId, results: error.results };
    return { requestId, results: request.commands.map(() => refusedBy(error)) };
  }
}

/** The first results, where every command of the request has one. */
function replay({ requestId, commands }: Request, { done, txId }: RequestRecord): RequestResult | undefined {
  const outcomes = commands.map((_, i) => done[i]);
  if (!outcomes.every((outcome) => outcome !== undefined)) return undefined;
  return { requestId, recordedIn: txId, results: outcomes.map((outcome) => ({ ok: true, ...outcome })) };
}

interface RequestContext {
  readonly world: World;
  readonly ledger: LedgerRecord;
  readonly moment: Moment;
  readonly request: Request;
  readonly persons: readonly Person[];
  readonly earlier: RequestRecord | undefined;
  readonly key: string;
  readonly shown: Shown;
}

/** Leaves the layer of an all-or-nothing request, results in hand. */
class RolledBack extends Error {
  constructor(readonly results: readonly Result[]) {
    super('rolled back');
  }
}

async function runCommands(context: RequestContext): Promise<RequestResult> {
  const { world, request, earlier, key, moment } = context;
  const results: Result[] = [];
  const done: Record<string, Outcome> = { ...earlier?.done };
  let news = false;
  for (const [i, command] of request.commands.entries()) {
    const known = earlier?.done[i];
    const result: Result = known ? { ok: true, ...known } : await attempt(context, command);
    if (result.ok && !known) {
      const { ok: _, ...outcome } = result;
      done[i] = outcome;
      news = true;
    }
    results.push(result);
  }
  if (request.atomic === true && results.some((result) => !result.ok)) {
    throw new RolledBack(results.map((result) => (result.ok ? { ok: false, code: 'ATOMIC_ROLLED_BACK' } : result)));
  }
  if (news) world.put('request', key, { content: request.content, txId: earlier?.txId ?? moment.txId, done });
  return { requestId: request.requestId, results };
}

async function attempt(context: RequestContext, command: Command): Promise<Result> {
  try {
    demandFresh(command.expiresAt, context.moment);
    return { ok: true, ...(await context.world.attempt(() => applyCommand(context, command))) };
  } catch (error) {
    return refusedBy(error);
  }
}

function refusedBy(error: unknown): Refused {
  // What has no canonical form cannot be signed; thrown, it would take every other request of the transaction with it.
  if (error instanceof CanonicalError) return { ok: false, code: 'COMMAND_MALFORMED' };
  if (!(error instanceof RuleError)) throw error;
  return { ok: false, code: error.code, ...(error.field === undefined ? {} : { field: error.field }) };
}

async function applyCommand(context: RequestContext, { act, documents, content }: Command): Promise<Outcome> {
  const { world, moment, request, persons } = context;
  const plain = (inner: PlainAct, signers: readonly Person[], sealed: Command['documents'], signed: string | undefined) => applyPlain(context, inner, signers, sealed, signed);
  if (act.op === 'document.add') return addDocument({ ...context, agency: request.agency, documents, content, mass: 1 }, act);
  if (act.op === 'log.anchor') return anchorLog({ world, moment, agency: request.agency }, act);
  if (act.op === 'erasure.confirm') return confirmErasure({ world, moment, agency: request.agency }, act);
  if (isProposal(act)) return applyProposal({ world, moment, agency: request.agency, request, persons, documents, apply: plain }, act);
  return plain(act, persons, documents, content);
}

async function applyPlain({ world, ledger, moment, request, shown }: RequestContext, act: PlainAct, persons: readonly Person[], documents: Command['documents'], content: string | undefined): Promise<Outcome> {
  const base = { world, ledger, moment, agency: request.agency, persons };
  if (isLicence(act)) return applyLicence({ ...base, documents, content, shown, mass: request.tree?.size ?? request.commands.length }, act);
  if (isScene(act)) return applyScene(base, act);
  if (isDevice(act)) return applyDevice(base, act);
  if (isDelegation(act)) return applyDelegation(base, act);
  if (isObjection(act)) return applyObjection(base, act);
  if (isGrant(act)) return applyGrant(base, act);
  if (isPart(act)) return applyPart(base, act);
  if (isIdentity(act)) return applyIdentity(base, act);
  if (isApplication(act)) return applyApplication(base, act);
  if (isPrintOrder(act)) return applyPrintOrder(base, act);
  if (isErasure(act)) return applyErasure(base, act);
  if (isCondition(act)) return applyCondition(base, act);
  if (isRuleSet(act)) return applyRuleSet(base, act);
  if (isSupervision(act)) return applySupervision(base, act);
  if (act.op === 'trace.close') return closeTrace(base, act);
  if (act.op === 'report.record') return recordReport(base, act);
  return applyRegistry(base, act);
}

const isLicence = (act: Act): act is LicenceCommand => act.op.startsWith('licence.');
const isScene = (act: Act): act is SceneAct => act.op.startsWith('scene.');
const isDevice = (act: Act): act is DeviceAct => act.op.startsWith('device.');
const isDelegation = (act: Act): act is DelegationAct => act.op.startsWith('delegation.');
const isObjection = (act: Act): act is ObjectionAct => act.op.startsWith('objection.');
const isGrant = (act: Act): act is GrantAct => act.op.startsWith('grant.');
const isCondition = (act: Act): act is ConditionAct => act.op.startsWith('condition.');
const isRuleSet = (act: Act): act is RuleSetAct => act.op.startsWith('rule-set.');
const isSupervision = (act: Act): act is SupervisionAct => act.op.startsWith('supervision.');
const isPart = (act: Act): act is PartAct => act.op.startsWith('part.');
const isPrintOrder = (act: Act): act is PrintOrderAct => act.op.startsWith('print.');
const isErasure = (act: PlainAct): act is ErasureAct => act.op.startsWith('erasure.') || act.op.startsWith('hold.');
const isIdentity = (act: Act): act is IdentityAct => act.op.startsWith('identity.');
const isApplication = (act: PlainAct): act is ApplicationCommand => act.op.startsWith('application.');
