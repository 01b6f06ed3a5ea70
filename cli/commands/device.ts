/** Holders' devices at the counter 持证人设备: registered by who saw the holder, laid aside at once. */
import { randomId } from '#gateway/keyring';
import type { DeviceView } from '#gateway/acts/holder/device';
import type { Signable } from '#gateway/acts/licence/sign';
import { text, texts, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { carryOut, licenceOf, signDraft } from './licence.js';
import { commandOf, done, needed, SIGNING, type Step } from './steps.js';

/** A licence that the holder has, or the code of an organisation. */
export async function whomOf({ client, values }: Invocation): Promise<{ licence: string } | { organisation: string }> {
  const [licence, organisation] = [text(values, 'licence'), text(values, 'organisation')];
  if ((licence === undefined) === (organisation === undefined)) throw new CliError(EXIT.usage, '--licence or --organisation says whose it is');
  return organisation === undefined ? { licence: (await licenceOf(client, licence ?? '')).identifier } : { organisation };
}

const aside = (status: 'lost' | 'revoked'): Step['run'] => async (invocation, id) => { done(invocation, await carryOut(invocation, { op: 'register', act: { op: 'device.status', id, status } })); };

const STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: "a holder's devices", run: async (invocation) => {
    const { devices } = await invocation.client.get<{ devices: DeviceView[] }>(`/api/devices?${new URLSearchParams(await whomOf(invocation)).toString()}`);
    invocation.print(devices, devices.map(({ id, status, method, history }) => `${id}  ${status.padEnd(7)}  ${method.padEnd(7)}  ${history[0]?.at ?? ''}`).join('\n') || 'no devices');
  } },
  register: { argument: 'DEVICE', words: 'as the phone shows it; a further device needs two persons', run: async (invocation, id) => {
    const { client, values } = invocation;
    const device = { id, spki: needed(values, 'spki', 'the public key, as the phone shows it') };
    done(invocation, await signDraft(invocation, await client.post<Signable>('/api/devices', { requestId: randomId(), ...(await whomOf(invocation)), device, seen: texts(values, 'seen') })));
  } },
  lost: { argument: 'DEVICE', words: 'it may be in other hands', run: aside('lost') },
  revoke: { argument: 'DEVICE', words: 'the holder has laid it aside', run: aside('revoked') },
};

export const deviceCommands: Readonly<Record<string, Command>> = { device: commandOf({
  name: 'device', summary: "holders' devices 持证人设备: list, register, lost, revoke", steps: STEPS,
  options: {
    licence: { type: 'string', value: 'LICENCE', help: 'a licence of the holder, by identifier or number' }, organisation: { type: 'string', value: 'USCC', help: 'or his code' }, spki: { type: 'string', value: 'KEY', help: 'register: its public key' },
    seen: { type: 'string', multiple: true, value: 'WHAT', help: 'register: ID_CARD, BUSINESS_LICENCE or POWER_OF_ATTORNEY; repeat for more' }, ...SIGNING,
  },
  examples: ['device register DEVICE --spki KEY --organisation 91370303MA99TXT04C --seen BUSINESS_LICENCE --seen ID_CARD', 'device lost DEVICE'],
}) };
