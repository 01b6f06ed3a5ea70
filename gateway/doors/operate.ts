/** For operators: alive, ready, metrics. Health says the process runs; readiness that a transaction can really be made. */
import { statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import Type from 'typebox';
import { instantOf } from '#chaincode/facts/calendar';
import type { Door } from '../app.js';
import { connectionCertificates, hostedIdentities } from '../hosted.js';

/** Not ready below both: LevelDB and Fabric handle a full disk worst of all. Writes are not stopped. */
const FREE_BYTES_MIN = 1024 ** 3;
const FREE_SHARE_MIN = 0.1;
const STALE_MS = 30_000;
/** Asking costs a transaction's work at every agency, and anybody may ask: all who do so within a second share one answer. */
const ASKED_EVERY_MS = 1_000;
/** Whoever asks does not wait for a peer that says nothing. */
const ASKED_MS = 4_000;

export const operateDoor: Door = async (app, { services, metrics, state }) => {
  const { ledger, projection, submitter, seals, anchoring, transport, data, clock } = services;

  app.get('/health/live', { config: { access: 'public' }, logLevel: 'warn', schema: { tags: ['operate'], summary: 'The process runs' } }, () => ({ live: true }));

  const reachable = shared(async () => {
    const [reached, endorsing] = await Promise.all([answers(ledger.height()), answers(submitter.probe())]);
    return { ledger: reached, endorsing };
  });

  app.get('/health/ready', { config: { access: 'public' }, logLevel: 'warn', schema: { tags: ['operate'], summary: 'A transaction can be made', response: { 200: Type.Any(), 503: Type.Any() } } }, async (_request, reply) => {
    const { bavail, blocks, bsize } = await statfs(data);
    const checks = {
      running: !state.stopping && state.fatal === undefined,
      ...(await reachable()),
      ordering: submitter.ordering,
      projection: clock.now() - Date.parse(projection.knownAt) < STALE_MS,
      disk: bavail * bsize > FREE_BYTES_MIN || bavail / blocks > FREE_SHARE_MIN,
    };
    const ready = Object.values(checks).every(Boolean);
    // Said, not counted: an agency whose identity or seal ends must not take the others out of service, and counters work on while roots of use records are late.
    const identities = hostedIdentities(submitter.identities, clock.now());
    const { disagreement } = submitter.endorser;
    return reply.code(ready ? 200 : 503).send({
      ready, checks, block: String(projection.block), knownAt: projection.knownAt, unsettled: submitter.unsettled, identities, seals: await seals.ending(), uses: anchoring.state, exchange: transport.own().map(({ agency, address }) => ({ agency, address })),
      ...(ledger.connection && { peer: { address: ledger.connection.peer, certificates: connectionCertificates(ledger, clock.now()) } }),
      ...(disagreement && { disagreement: { ...disagreement, at: instantOf(disagreement.at) } }),
    });
  });

  app.get('/metrics', { config: { access: 'local' }, logLevel: 'warn', schema: { tags: ['operate'], summary: 'Prometheus metrics, from this machine only' } }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));

  app.get('/api/ledger', { config: { access: 'public' }, schema: { tags: ['operate'], summary: 'Head of the ledger, to keep elsewhere' } }, async () => {
    const head = await ledger.head();
    return { ledger: ledger.ledgerId, block: String(head.block), headerHash: Buffer.from(head.headerHash).toString('base64url'), commitHash: Buffer.from(head.commitHash).toString('base64url'), projection: String(projection.block), demo: projection.get('ledger', 'settings')?.demo ?? false };
  });
};

async function answers(asked: Promise<unknown>): Promise<boolean> {
  const answered = asked.then(() => true, () => false);
  return Promise.race([answered, delay(ASKED_MS, false, { ref: false })]);
}

/** One answer for all who ask at about the same time. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (!last || Date.now() - last.at > ASKED_EVERY_MS) last = { at: Date.now(), answer: ask() };
    return last.answer;
  };
}
