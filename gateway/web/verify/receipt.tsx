/** Filed receipts: asked for below a verdict, shown, saved as a page that can be checked again. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../words/codes.js';
import { call, type Problem } from '../api.js';
import { download } from '../download.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Watermark } from '../licence/certificate.js';
import { ProblemNotice } from '../notice.js';
import { receiptAt, type Receipt } from '../../documents/receipt.js';
import type { Answer, ReceiptAssessment } from '../types.js';
import { RECEIPT } from '../words/receipt.js';
import { canCheckHere } from './device.js';
import { checkReceipt } from './here.js';
import { receiptHeadline } from './headline.js';
import { HeadlineBand } from './verdict.js';

/** A receipt is of what the gateway finds itself; what comes back is checked like any other before it is shown. */
export function AskReceipt({ answer, way }: { answer: Answer; way: Receipt['presented']['by'] }) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; found?: ReceiptAssessment }>({ busy: false });
  const identifier = answer.document?.identifier ?? answer.licence?.identifier;
  // Off line there is nobody to sign, and nothing known is nothing to state.
  if (identifier === undefined || answer.verdict.basis === 'lists' || answer.verdict.outcome === 'unchecked' || !canCheckHere()) return null;
  const ask = async (): Promise<void> => {
    setState({ busy: true });
    const digest = answer.document?.digest;
    const reply = await call<{ receipt: string }>('/api/receipts', { method: 'POST', json: { by: way, identifier, ...(digest === undefined ? {} : { digest }) } });
    setState(reply.ok ? { busy: false, found: await checkReceipt(reply.value.receipt) } : { busy: false, problem: reply.problem });
  };
  return (
    <section class="ask-receipt" aria-label={say(RECEIPT.title)} aria-live="polite">
      {state.problem && <ProblemNotice problem={state.problem} />}
      {state.found ? <ReceiptSheet found={state.found} /> : <p class="actions-row"><button type="button" class="button" disabled={state.busy} onClick={() => void ask()}>{say(state.busy ? RECEIPT.asking : RECEIPT.ask)}</button></p>}
      {!state.found && <p class="fine">{say(RECEIPT.askHint)}</p>}
    </section>
  );
}

/** One that was presented: first whether it is genuine, then what it said. */
export function ReceiptResult({ found, level = 2 }: { found: ReceiptAssessment; level?: 1 | 2 }) {
  const { say } = useLanguage();
  return (
    <article class="result sheet" aria-label={say(RECEIPT.title)}>
      <HeadlineBand headline={receiptHeadline(found)} focus level={level} />
      <ReceiptSheet found={found} />
      <p class="fine"><code>{found.code}</code></p>
    </article>
  );
}

function ReceiptSheet({ found }: { found: ReceiptAssessment }) {
  const { say, language } = useLanguage();
  const sheet = useRef<HTMLDivElement>(null);
  const { receipt, issuer, kind, token } = found;
  if (!receipt) return null;
  const { presented, verdict, asker, jti, block } = receipt;
  const rows: readonly (readonly [{ zh: string; en: string }, string | undefined])[] = [
    [RECEIPT.then, say(messageOf(verdict.status ?? verdict.outcome))], [RECEIPT.at, instantText(receiptAt(receipt), language)], [RECEIPT.by, `${issuer?.name ?? ''} ${issuer?.code ?? ''}`], [RECEIPT.kind, kind && say(kind.name)],
    [RECEIPT.identifier, presented.identifier], [RECEIPT.digest, presented.digest ?? say(RECEIPT.digestNone)], [RECEIPT.asker, asker ? `${asker.agency} ${asker.staff}` : say(RECEIPT.nobody)], [RECEIPT.id, jti], [RECEIPT.block, String(block)],
  ];
  const save = () => { if (sheet.current) download(`receipt-${jti}.html`, 'text/html;charset=utf-8', pageOf(say(RECEIPT.title), sheet.current.outerHTML, language)); };
  return (
    <>
      <div class="receipt-sheet" ref={sheet}>
        <h3>{say(RECEIPT.title)}</h3>
        <dl>{rows.map(([word, value]) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}</dl>
        <ul>{verdict.parts.map(({ check, result, code }) => <li key={check}>{say(messageOf(check))}{language === 'zh' ? '：' : ': '}{say(messageOf(code))} <code>{result} {code}</code></li>)}</ul>
        <p><strong>{say(messageOf('RECEIPT_THEN'))}</strong></p>
        <Code token={token} />
        <p>{say(RECEIPT.how)}</p>
        <p class="receipt-text">{say(RECEIPT.text)} <code>{token}</code></p>
        {kind?.sample === true && <Watermark />}
      </div>
      <p class="actions-row"><button type="button" class="button" onClick={save}>{say(RECEIPT.save)}</button><button type="button" class="button" onClick={() => print()}>{say(RECEIPT.print)}</button></p>
    </>
  );
}

/** On paper, the whole receipt as a code. */
function Code({ token }: { token: string }) {
  const [svg, setSvg] = useState('');
  useEffect(() => {
    // Fetched only when a receipt is really shown.
    void import('qr').then(({ encodeQR }) => setSvg(encodeQR(`${location.origin}/q#${token}`, 'svg', { ecc: 'low', optimize: true })));
  }, [token]);
  return <div class="receipt-code" dangerouslySetInnerHTML={{ __html: svg }} />;
}

const STYLE = `body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#17212b}.receipt-sheet{position:relative;overflow:hidden}dl>div{display:grid;grid-template-columns:10em 1fr;gap:1em}dt{color:#4a5664}dd{margin:0;overflow-wrap:anywhere}.receipt-code svg{width:70mm;height:70mm}.receipt-text{overflow-wrap:anywhere;font-size:.7rem}.hidden-words{position:absolute;clip-path:inset(50%)}.watermark{position:absolute;inset:0;display:flex;flex-wrap:wrap;gap:5rem 4rem;overflow:hidden;pointer-events:none;transform:rotate(-24deg) scale(1.4);color:rgb(179 38 30/.16);font-weight:700;font-size:1.3rem}`;

/** A page that stands by itself; the receipt in it is what counts, and is found in it again. */
const pageOf = (title: string, body: string, language: 'zh' | 'en'): string => `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body>${body}</body></html>\n`;
