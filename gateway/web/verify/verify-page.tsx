/** The verify door: one field for whatever one holds, or a file. */
import { useRef, useState } from 'preact/hooks';
import { isUnreachable, problemOf, type Problem, type Reply } from '../api.js';
import { useLanguage, useTitle } from '../language.js';
import { presentedAs, type Given } from '../../documents/presented.js';
import type { Answer } from '../types.js';
import { VERIFY } from '../words/verify.js';
import { ask, wordsOf } from './ask.js';
import { Camera, hasCamera } from './camera.js';
import { readPresentedFile } from './picture.js';
import { NoAnswer, Result } from './result.js';
import type { Message } from '../../messages.js';

interface State {
  readonly busy: boolean;
  readonly presented?: Given | undefined;
  readonly reply?: Reply<Answer> | undefined;
  /** What is wrong with the entry itself. */
  readonly fault?: Message | undefined;
}

export function VerifyPage() {
  const { say } = useLanguage();
  useTitle(say(VERIFY.title));
  const [text, setText] = useState('');
  const [state, setState] = useState<State>({ busy: false });
  const [scanning, setScanning] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const scanButton = useRef<HTMLButtonElement>(null);
  const latest = useRef(0);

  const faulty = (fault: Message) => {
    setState({ busy: false, fault });
    field.current?.focus();
  };
  const check = async (presented: Given | undefined): Promise<void> => {
    const mine = ++latest.current;
    if (!presented) return faulty(VERIFY.empty);
    setState({ busy: true, presented });
    const reply = await ask(presented);
    if (mine !== latest.current) return;
    if (!reply.ok && !isUnreachable(reply.problem)) return faulty(entryFault(reply.problem, presented));
    setState({ busy: false, presented, reply });
  };
  const takeFile = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setState({ busy: true });
    const reading = await readPresentedFile(file);
    if (!reading.ok) return faulty(problemOf(reading.code).words);
    setText(reading.text.trim());
    await check(presentedAs(reading.text));
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
    void check(presentedAs(text));
  };
  const { busy, reply, fault, presented } = state;
  return (
    <>
      <section class="sheet" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); void takeFile(event.dataTransfer?.files[0]); }}>
        <h1 tabIndex={-1}>{say(VERIFY.title)}</h1>
        <form onSubmit={submit} noValidate class="verify-form">
          <label for="presented">{say(VERIFY.label)}</label>
          <p class="hint" id="presented-hint">{say(VERIFY.hint)}</p>
          <textarea id="presented" ref={field} rows={3} value={text} spellcheck={false} autocapitalize="off" autocomplete="off" aria-describedby={fault ? 'presented-fault presented-hint' : 'presented-hint'} aria-invalid={fault !== undefined}
            onInput={(event) => { setText(event.currentTarget.value); if (fault) setState({ busy: false }); }} onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event); }}
            onPaste={(event) => { const [file] = event.clipboardData?.files ?? []; if (file) { event.preventDefault(); void takeFile(file); } }} />
          <p class="field-fault" id="presented-fault" role="alert">{fault && say(fault)}</p>
          <button type="submit" class="primary big" disabled={busy}>{say(busy ? VERIFY.asking : VERIFY.submit)}</button>
        </form>
        {scanning && <Camera found={takeScan} close={stopScan} />}
        <div class="file-row">
          {hasCamera() && !scanning && <button type="button" class="button" ref={scanButton} onClick={() => setScanning(true)}>{say(VERIFY.camera)}</button>}
          <label class="button file-button"><input type="file" accept="image/*,.json,.txt,.jwt,application/json,text/plain" onChange={(event) => { const input = event.currentTarget; void takeFile(input.files?.[0]).finally(() => { input.value = ''; }); }} />{say(VERIFY.file)}</label>
          <p class="hint">{say(VERIFY.fileHint)}</p>
        </div>
      </section>
      <div aria-live="polite">
        {reply?.ok && <Result answer={reply.value} />}
        {reply && !reply.ok && <NoAnswer problem={reply.problem} retry={() => void check(presented)} />}
      </div>
    </>
  );
}

/** The most telling words: those of the field's own fault. */
function entryFault(problem: Problem, presented: Given): Message {
  const [fault] = problem.fields;
  return fault && fault.code !== 'SCHEMA' ? problemOf(fault.code).words : wordsOf(problem, presented.by);
}
