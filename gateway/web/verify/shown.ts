/** What a holder shows by phone: fetched, and checked in this page. Loaded with the first of it: who verifies paper does not need it. */
import { instantOf } from '#chaincode/facts/calendar';
import type { Presented } from '../../documents/evidence.js';
import { identityText, readIdentity } from '../../documents/identity.js';
import { bindingFinding, parseBound, parsePresentation } from '../../documents/presentation.js';
import { parsePresentationCode } from '../../documents/presentation-code.js';
import { call, problemOf, type Reply } from '../api.js';
import type { Answer, ShownIdentity, ShownLicence } from '../types.js';
import { deviceTrust } from './device.js';
import { inTime, judged, PATIENCE_MS, updateFor } from './here.js';

/** Only on line, and only once: what is fetched here nobody else gets. */
export async function redeem(text: string): Promise<Reply<Answer>> {
  const code = parsePresentationCode(text);
  if (!code || (code.gateway !== undefined && code.gateway !== location.origin)) return { ok: false, problem: problemOf('PRESENTATION_ELSEWHERE') };
  // An identity is shown to a challenge only, never by a code.
  const reply = await call<ShownLicence>(`/api/presentations/${code.id}/redemption`, { method: 'POST', json: { secret: code.secret } });
  if (reply.ok) return { ok: true, value: await checkShown(reply.value, { nonce: code.id, aud: location.origin }) };
  return reply.problem.code === 'NETWORK' ? { ok: false, problem: problemOf('PRESENTATION_ONLINE') } : reply;
}

/** What a gateway has handed over of a presentation is checked here like any other document. @param nonce what the device must have answered to @param aud to whom it must have shown it */
export async function checkShown({ presentation, device, registered, licence }: ShownLicence, asked: { readonly nonce: string; readonly aud: string }): Promise<Answer> {
  const parsed = parsePresentation(presentation);
  const presented: Presented = { by: 'presentation', credential: parsed?.credential ?? { ok: false, code: 'CREDENTIAL_FORM' } };
  await inTime(updateFor(presented).catch(() => undefined), AbortSignal.timeout((await deviceTrust.open()) ? PATIENCE_MS.withTrust : PATIENCE_MS.withNothing));
  const ledger = deviceTrust.trust?.index.list.ledger ?? parsed?.binding.ledger ?? '';
  const binding = parsed && (await bindingFinding(parsed, { ...asked, ledger, now: instantOf(Date.now()) }, deviceTrust.isEstranged ? undefined : device));
  return judged(presented, { ...(registered ? { registered } : {}), ...(licence ? { licence } : {}) }, binding);
}

/** Whether the device that the gateway names has shown just this identity to this verifier, and what is told is what was shown. */
export async function isShownBy({ presentation, device, facts }: ShownIdentity, asked: { readonly nonce: string; readonly aud: string }): Promise<boolean> {
  const bound = parseBound(presentation);
  const read = bound && readIdentity(bound.shown);
  if (!bound || !read || identityText(read.facts) !== identityText(facts)) return false;
  await deviceTrust.open();
  const ledger = deviceTrust.trust?.index.list.ledger ?? bound.binding.ledger;
  return (await bindingFinding(bound, { ...asked, ledger, now: instantOf(Date.now()) }, device)).result === 'pass';
}
