/** A licence as people name it: by its identifier, or by the number that is printed on it. */
import { call, type Reply } from '../api.js';
import type { Answer } from '../types.js';

export async function identifierFor(text: string): Promise<Reply<string>> {
  if (text === '' || text.startsWith('1.2.156.')) return { ok: true, value: text };
  const reply = await call<Answer>(`/api/numbers/${encodeURIComponent(text)}`);
  return reply.ok ? { ok: true, value: reply.value.licence?.identifier ?? text } : reply;
}
