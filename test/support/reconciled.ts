import type { Test } from 'tap';
import { reconcile } from '#gateway/reconcile';

/** After kills: ledger, index, vault and outbox agree, but for the faces and PDFs kept for an act before it was sent, that never arrived. A repair sets those aside, and then nothing is found. */
export async function agreesAfterKills(t: Test, data: string): Promise<void> {
  const { findings, licences } = await reconcile(data, () => undefined, { repair: true });
  t.strictSame(findings.filter(({ code }) => code !== 'FACE_EXTRA' && code !== 'PAPER_EXTRA'), [], `${String(licences)} licences: fsck finds nothing else`);
  t.strictSame((await reconcile(data, () => undefined)).findings, [], 'and nothing after its repair');
}
