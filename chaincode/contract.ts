/** The fabric-contract-api class: transaction names and argument schemas to rules. The only file that knows Fabric. */
import 'reflect-metadata';
import contractApi, { type Context as ContextType } from 'fabric-contract-api';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { dayOf, instantOf, SHANGHAI } from './facts/calendar.js';
import { Requests, Setup } from './facts/commands.js';
import { CREDENTIAL_MAX } from './facts/credential.js';
import { AGENCY_ATTRIBUTE, EVENT } from './facts/names.js';
import { documentsNamed, readShown, type Shown } from './facts/shown.js';
import { runBatch } from './rules/batch.js';
import type { Caller } from './rules/actors.js';
import { initialise } from './rules/setup.js';
import { World, type Moment, type State } from './world.js';

const { Contract } = contractApi;

export const CONTRACT = 'licence';
/** Keys per read: bounds the answer of one evaluation. */
export const READ_MAX = 1000;

const setupSchema = Compile(Setup);

/** Told to the client as an endorsement error: the call itself is not of the contract's form. */
function misuse(code: string): never {
  throw new Error(code);
}

export class LicenceContract extends Contract {
  constructor() {
    super(CONTRACT);
  }

  /** The first transaction: settings, the registrar agency, its administrator. */
  async Initialise(context: ContextType, setup: string): Promise<string> {
    const value = parse(setup);
    if (!setupSchema.Check(value)) misuse('SETUP_MALFORMED');
    const { world, moment } = await open(context);
    const result = await initialise(world, callerOf(context), moment, value);
    await world.flush();
    return JSON.stringify(result);
  }

  /** Requests of one agency, up to 500 commands; a typed result for each, in order. Their sealed documents are shown in the transient map, each as jwt~...~ under its digest. */
  async Submit(context: ContextType, requests: string): Promise<string> {
    const value = parse(requests);
    if (!Array.isArray(value) || value.length === 0 || value.length > 500) misuse('REQUESTS_MALFORMED');
    const { world, moment } = await open(context);
    const results = await runBatch(world, callerOf(context), moment, value, shownIn(context, value));
    await world.flush();
    const carried = results.flatMap(({ requestId, recordedIn, results: each }) => (recordedIn === undefined ? [{ requestId, results: each.filter((result) => result.ok) }] : []));
    context.stub.setEvent(EVENT, Buffer.from(JSON.stringify({ version: 1, requests: carried })));
    return JSON.stringify(results);
  }

  /** Records by key, null where there is none, in the order asked. */
  async Read(context: ContextType, keys: string): Promise<string> {
    const value = parse(keys);
    if (!Array.isArray(value) || value.length > READ_MAX || !value.every((key) => typeof key === 'string' && key !== '')) misuse('KEYS_MALFORMED');
    const records: string[] = [];
    for (const key of value as string[]) {
      const bytes = await context.stub.getState(key);
      records.push(bytes.length === 0 ? 'null' : Buffer.from(bytes).toString('utf8'));
    }
    return `[${records.join(',')}]`;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return misuse('ARGUMENT_NOT_JSON');
  }
}

async function open({ stub }: ContextType): Promise<{ world: World; moment: Moment }> {
  const state: State = { get: (key) => stub.getState(key), put: (key, value) => stub.putState(key, value) };
  const world = new World(state);
  const time = stub.getTxTimestamp();
  const now = instantOf(Number(time.seconds.toString()) * 1000 + Math.floor(time.nanos / 1e6));
  const zone = (await world.get('ledger', 'settings'))?.zone ?? SHANGHAI;
  return { world, moment: { txId: stub.getTxID(), now, today: dayOf(now, zone) } };
}

/** The transient map: what the endorsers see, and neither the transaction nor the ledger has. */
function shownIn({ stub }: ContextType, requests: readonly unknown[]): Shown {
  const shown = stub.getTransient();
  if (shown.size === 0) return new Map();
  return readShown([...new Set(documentsNamed(requests))].flatMap((digest) => {
    const bytes = shown.get(digest);
    return bytes === undefined || bytes.length > CREDENTIAL_MAX ? [] : [Buffer.from(bytes).toString('utf8')];
  }));
}

function callerOf({ clientIdentity }: ContextType): Caller {
  return { mspId: clientIdentity.getMSPID(), agency: clientIdentity.getAttributeValue(AGENCY_ATTRIBUTE) ?? undefined };
}

/** A JSON argument: the contract API hands the text over, the published metadata carries the whole schema. */
const json = (name: string, description: string, schema: object) => ({ name, description, schema: { type: 'string', contentMediaType: 'application/json', contentSchema: schema } });
const returns = (description: string) => ({ type: 'string', contentMediaType: 'application/json', description });

Reflect.defineMetadata('fabric:transactions', [
  { name: 'Initialise', tags: ['submit'], parameters: [json('setup', 'Settings, registrar agency and administrator', Setup)], returns: returns('the registrar agency') },
  { name: 'Submit', tags: ['submit'], parameters: [json('requests', 'Requests of one agency', Requests)], returns: returns('a result for every command, in order') },
  { name: 'Read', tags: ['evaluate'], parameters: [json('keys', 'Keys of records', Type.Array(Type.String({ minLength: 1 }), { maxItems: READ_MAX }))], returns: returns('records, null where there is none') },
], LicenceContract.prototype);

export const contracts = [LicenceContract];
