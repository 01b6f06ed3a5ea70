/** The verifier of evidence in a thread of its own; a bundle by itself, so that the pages share none of it. */
import { verifyEvidence, type EvidenceQuestion } from '../../documents/evidence-bundle/verify.js';

interface Thread {
  onmessage: ((event: MessageEvent<EvidenceQuestion>) => void) | null;
  postMessage(answer: unknown): void;
}
const thread = globalThis as unknown as Thread;

thread.onmessage = ({ data }) => { void verifyEvidence(data).then((found) => { thread.postMessage(found); }); };
