/** The verify door: the camera, one field for whatever one holds, files. */
import { useRef, useState } from 'preact/hooks';
import { isUnreachable, problemOf, type Problem, type Reply } from '../api.js';
import { useLanguage, useTitle } from '../language.js';
import { lazily } from '../lazily.js';
import { isEvidenceText, presentedAs, type GivenFile } from '../../documents/presented.js';
import type { Answer, ReceiptAssessment } from '../types.js';
import { messageOf } from '../words/codes.js';
import { VERIFY } from '../words/verify.js';
import { ask, wordsOf } from './ask.js';
import { BatchTable } from './batch-table.js';
import { canCheckHere } from './device.js';
import { Batch } from './batch.js';
import { Camera, hasCamera } from './camera.js';
import { evidenceIn, planOf } from './file.js';
import { OffLine, Refusals } from './offline.js';
import { ReceiptResult } from './receipt.js';
import { NoAnswer, Result } from './result.js';
import type { Message } from '../../messages.js';

/** Needed by whoever has a holder before him. */
const AskHolder = lazily(async () => (await import('./later.js')).AskHolder);

/** Needed by whoever was handed a bundle. */
const Evidence = lazily(async () => (await import('./later.js')).Evidence);

interface State {
  readonly busy: boolean;
  readonly presented?: GivenFile | undefined;
  readonly reply?: Reply<Answer | ReceiptAssessment> | undefined;
  /** What is wrong with the entry itself. */
  readonly fault?: Message | undefined;
  readonly batch?: Batch | undefined;
  readonly evidence?: { readonly text: string; readonly heads: readonly string[] } | undefined;
}

/** In the hand, the camera is what one came for. */
const isPhone = (): boolean => matchMedia('(max-width: 40rem)').matches;

const ACCEPT = 'image/*,application/pdf,.pdf,.json,.txt,.jwt,.csv,.tsv,.html,application/json,.head,text/plain,text/csv,text/html';

export function VerifyPage() {
  const { say } = useLanguage();
  useTitle(say(VERIFY.title));
  const [text, setText] = useState('');
  const [state, setState] = useState<State>({ busy: false });
  const [scanning, setScanning] = useState(false);
  const [phone] = useState(isPhone);
  const field = useRef<HTMLTextAreaElement>(null);
  const scanButton = useRef<HTMLButtonElement>(null);
  const latest = useRef(0);
  const { busy, reply, fault, presented, batch, evidence } = state;

  const faulty = (fault: Message) => {
    setState((before) => ({ busy: false, fault, batch: before.batch }));
    field.current?.focus();
  };
  const check = async (presented: GivenFile | undefined): Promise<void> => {
    const mine = ++latest.current;
    if (!presented) return faulty(VERIFY.empty);
    setState({ busy: true, presented });
    const reply = await ask(presented);
    if (mine !== latest.current) return;
    if (!reply.ok && !isUnreachable(reply.problem)) return faulty(entryFault(reply.problem, presented));
    setState({ busy: false, presented, reply });
  };
  const showEvidence = (evidence: NonNullable<State['evidence']>) => {
    if (!canCheckHere()) return faulty(problemOf('PAGE_INSECURE').words);
    setText('');
    setState({ busy: false, evidence });
  };
  /** One thing is shown like one that was typed; more become a table. */
  const takeFiles = async (files: readonly File[]): Promise<void> => {
    const mine = ++latest.current;
    if (files.length === 0) return;
    if (batch && !batch.isDone) return faulty(problemOf('BATCH_BUSY').words);
    setState({ busy: true });
    const bundle = await evidenceIn(files);
    if (mine !== latest.current) return;
    if (bundle) return showEvidence(bundle);
    const plan = await planOf(files);
    if (mine !== latest.current) return;
    if (!plan.ok) return faulty(problemOf(plan.code).words);
    const [only, ...more] = plan.items;
    if (more.length > 0) return setState({ busy: false, batch: new Batch(plan.items, ask) });
    const reading = await only?.read();
    if (mine !== latest.current || !reading) return;
    if (!reading.ok) return faulty(problemOf(reading.code).words);
    setText(textOf(reading.given));
    await check(reading.given);
  };
  const takeScan = (scanned: string) => {
    setScanning(false);
    setText(scanned);
    void check(presentedAs(scanned));
  };
  const stopScan = () => {
    setScanning(false);
    requestAnimationFrame(() => scanButton.current?.focus());
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const whole = text.trim();
    if (isEvidenceText(whole)) showEvidence({ text: whole, heads: [] });
    else void check(presentedAs(text));
  };
  const camera = (
    <>
      {scanning && <Camera found={takeScan} close={stopScan} />}
      {hasCamera() && !scanning && <button type="button" class={phone ? 'primary big camera-first' : 'button'} ref={scanButton} onClick={() => setScanning(true)}>{say(VERIFY.camera)}</button>}
    </>
  );
  return (
    <>
      <Refusals />
      <section class="sheet" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); void takeFiles([...(event.dataTransfer?.files ?? [])]); }}>
        <h1 tabIndex={-1}>{say(VERIFY.title)}</h1>
        {phone && camera}
        <form onSubmit={submit} noValidate class="verify-form">
          <label for="presented">{say(VERIFY.label)}</label>
          <p class="hint" id="presented-hint">{say(VERIFY.hint)}</p>
          <textarea id="presented" ref={field} rows={3} value={text} spellcheck={false} autocapitalize="off" autocomplete="off" aria-describedby={fault ? 'presented-fault presented-hint' : 'presented-hint'} aria-invalid={fault !== undefined}
            onInput={(event) => { setText(event.currentTarget.value); if (fault) setState({ busy: false, batch }); }} onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event); }}
            onPaste={(event) => { const files = [...(event.clipboardData?.files ?? [])]; if (files.length > 0) { event.preventDefault(); void takeFiles(files); } }} />
          <p class="field-fault" id="presented-fault" role="alert">{fault && say(fault)}</p>
          <button type="submit" class={phone && hasCamera() ? 'button big' : 'primary big'} disabled={busy}>{say(busy ? VERIFY.asking : VERIFY.submit)}</button>
        </form>
        <div class="file-row">
          {!phone && camera}
          <label class="button file-button"><input type="file" multiple accept={ACCEPT} onChange={(event) => { const input = event.currentTarget; void takeFiles([...(input.files ?? [])]).finally(() => { input.value = ''; }); }} />{say(VERIFY.file)}</label>
          <p class="hint">{say(VERIFY.fileHint)}</p>
        </div>
      </section>
      <div aria-live="polite">
        {reply?.ok && (reply.value.by === 'receipt' ? <ReceiptResult found={reply.value} /> : <Result answer={reply.value} {...(presented ? { way: presented.by } : {})} />)}
        {evidence && <Evidence text={evidence.text} heads={evidence.heads} />}
        {reply && !reply.ok && <NoAnswer problem={reply.problem} retry={() => void check(presented)} />}
      </div>
      <AskHolder shown={(answer) => { latest.current++; setState((before) => ({ busy: false, batch: before.batch, reply: { ok: true, value: answer } })); }} />
      {batch && <BatchTable batch={batch} clear={() => setState({ busy: false })} />}
      <OffLine />
    </>
  );
}

/** What stands in the field after a file was read: as it could have been pasted. */
function textOf(given: GivenFile): string {
  switch (given.by) {
    case 'identifier': return given.identifier;
    case 'number': return given.number;
    case 'credential': return given.credential;
    case 'qr': return given.qr;
    case 'receipt': return given.receipt;
    case 'presentation': return given.code;
    case 'pdf': return '';
  }
}

/** The most telling words: those of the field's own fault. */
function entryFault(problem: Problem, presented: GivenFile): Message {
  const [fault] = problem.fields;
  return fault && fault.code !== 'SCHEMA' ? messageOf(fault.code, fault) : wordsOf(problem, presented.by);
}
