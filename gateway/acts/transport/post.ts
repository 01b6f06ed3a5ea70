/** One question to another gateway over the network: a deadline over all of it, an end to its length, and no other address than the one asked. */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { rootCertificates } from 'node:tls';
import { ANSWER_MAX } from '../../documents/exchange.js';
import { GatewayFault } from '../../fault.js';

/** A clerk waits in front of somebody. Name, connection, question and answer together. */
export const SOURCE_MS = 5_000;
/** The answer stands in JSON, and a problem has words in two languages. */
const BYTES_MAX = ANSWER_MAX + 16 * 1024;

export interface Question {
  readonly url: URL;
  readonly assertion: string;
  readonly body: string;
  /** PEM of authorities that are believed besides those of Node. */
  readonly authorities?: string | undefined;
  readonly withinMs?: number;
}

/** Redirections are answers like any other: whoever is asked answers himself. @throws GatewayFault SOURCE_UNREACHABLE; SOURCE_ANSWER_WRONG where it does not end */
export async function post({ url, assertion, body, authorities, withinMs = SOURCE_MS }: Question): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.timeout(withinMs);
  const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), accept: 'application/json' };
  const ca = authorities === undefined ? {} : { ca: [...rootCertificates, authorities] };
  try {
    return await new Promise((resolve, reject) => {
      const sent = (url.protocol === 'https:' ? secure : plain)(url, { method: 'POST', headers, signal, agent: false, ...ca }, (answer) => {
        void (async () => {
          const parts: Buffer[] = [];
          let size = 0;
          for await (const part of answer as AsyncIterable<Buffer>) {
            size += part.length;
            if (size > BYTES_MAX) throw new GatewayFault('SOURCE_ANSWER_WRONG', { fields: [{ field: 'source', code: 'TOO_LARGE' }] });
            parts.push(part);
          }
          return { status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') };
        })().then(resolve, reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  } catch (cause) {
    throw cause instanceof GatewayFault ? cause : new GatewayFault('SOURCE_UNREACHABLE', { cause });
  }
}
