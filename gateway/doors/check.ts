/** For the operator's tools on the machine: reconciliation while the gateway is at work. */
import Type from 'typebox';
import type { Door } from '../app.js';
import { OPERATOR_KEY } from '../operator-pass.js';
import { LiveCheck, type CheckView as CheckViewValue } from '../reconcile/live.js';

const closed = { additionalProperties: false } as const;
const Step = Type.Object({ step: Type.String(), done: Type.Integer(), of: Type.Optional(Type.Integer()), rate: Type.Integer({ description: 'a second' }) });
const CheckView = Type.Unsafe<CheckViewValue>(Type.Object({ state: Type.String(), startedAt: Type.Optional(Type.String()), repair: Type.Optional(Type.Boolean()), step: Type.Optional(Step), result: Type.Optional(Type.Any()) }));

export const checkDoor: Door = async (app, { services }) => {
  const check = new LiveCheck(services);
  check.onFailure = (error) => { app.log.error({ err: error }, 'a check failed'); };
  // Made now, for tools that are started beside the gateway.
  services.keyring.secret(OPERATOR_KEY, { create: true });
  app.addHook('onClose', async () => { await check.stop(); });
  const config = { access: 'operator' } as const;
  const tags = ['operate'];

  app.get('/api/check', { config, logLevel: 'warn', schema: { tags, summary: 'How the check of ledger, index, vault, papers, use records and outbox stands', response: { 200: CheckView } } }, () => check.view);

  app.post('/api/check', { config, schema: { tags, summary: 'Begins a check, or goes on with one that was stopped', body: Type.Object({ repair: Type.Optional(Type.Boolean({ description: 'put right what follows from something that is whole' })) }, closed), response: { 202: CheckView } } }, async (request, reply) => reply.code(202).send(check.start(request.body.repair === true)));

  app.delete('/api/check', { config, schema: { tags, summary: 'Stops it; the next one goes on', response: { 200: CheckView } } }, () => check.stop());
};
