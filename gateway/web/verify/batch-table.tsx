/** A batch on the page: how far it is, a line for each document, and its results as a file. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { download } from '../download.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import { COMMON } from '../words/common.js';
import { VERIFY } from '../words/verify.js';
import { batchCsv, shownOf, type Batch, type Line } from './batch.js';

/** Hundreds of lines drawn anew at every change would slow the checking down. */
const DRAW_MS = 150;

export function BatchTable({ batch, clear }: { batch: Batch; clear: () => void }) {
  const { say } = useLanguage();
  useChanges(batch);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    void batch.run();
    return () => batch.stop();
  }, [batch]);
  const { lines, done, isRunning, isDone, pausedUntil } = batch;
  const share = done / lines.length;
  const rest = Math.max(0, Math.ceil((pausedUntil - Date.now()) / 1000));
  const stamp = new Date().toISOString().slice(0, 16).replaceAll(/[-:]/g, '');
  return (
    <section class="sheet batch" aria-label={say(VERIFY.batch)}>
      <h2 ref={heading} tabIndex={-1}>{say(VERIFY.batch)}</h2>
      <progress max={1} value={share} aria-label={say(VERIFY.batch)} />
      <p>{say(VERIFY.batchCount)} {done} / {lines.length}{rest > 0 && isRunning && <span class="fine"> · {say(VERIFY.batchPause)} {rest} {say(VERIFY.seconds)}</span>}</p>
      <p class="hidden-words" role="status">{say(VERIFY.batchCount)} {Math.floor(share * 10) * 10}%</p>
      <p class="actions-row">
        {isRunning && <button type="button" onClick={() => batch.stop()}>{say(VERIFY.batchStop)}</button>}
        {!isRunning && !isDone && <button type="button" class="primary" onClick={() => void batch.run()}>{say(VERIFY.batchResume)}</button>}
        <button type="button" class={isDone ? 'primary' : ''} onClick={() => download(`verify-${stamp}.csv`, 'text/csv;charset=utf-8', batchCsv(lines))}>{say(VERIFY.batchExport)}</button>
        <button type="button" onClick={clear}>{say(VERIFY.batchClear)}</button>
      </p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={say(VERIFY.batch)}>
        <table class="batch-lines">
          <thead><tr><th scope="col">{say(VERIFY.batchNo)}</th><th scope="col">{say(VERIFY.batchFile)}</th><th scope="col">{say(VERIFY.batchResult)}</th><th scope="col">{say(VERIFY.batchStatus)}</th><th scope="col">{say(VERIFY.batchWho)}</th></tr></thead>
          <tbody>{lines.map((line, i) => <LineRow key={i} no={i + 1} line={line} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function LineRow({ no, line }: { no: number; line: Line }) {
  const { say } = useLanguage();
  const { item, state } = line;
  const shown = shownOf(line);
  return (
    <tr>
      <td>{no}</td>
      <th scope="row">{item.file}{item.row !== undefined && <span class="fine"> {say(VERIFY.batchRow)}{item.row}{say(VERIFY.batchRowEnd)}</span>}</th>
      <td>{shown ? <strong class={`tone-${shown.tone} batch-tone`}>{say(shown.words)}</strong> : <span class="fine">{say(state === 'checking' ? VERIFY.batchChecking : VERIFY.batchWaiting)}</span>}</td>
      <td class="batch-why">{shown?.why && <>{say(shown.why)}{shown.code !== '' && <code class="fine"> {shown.code}</code>}</>}</td>
      <td>{shown && (shown.identifier !== '' && shown.tone !== 'bad' ? <Link to={`/l/${shown.identifier}`}>{[shown.holder, shown.number].filter((text) => text !== '').join(say(COMMON.comma)) || say(VERIFY.open)}</Link> : [shown.holder, shown.number].filter((text) => text !== '').join(say(COMMON.comma)))}</td>
    </tr>
  );
}

/** Draws anew a little after a change. */
function useChanges(batch: Batch): void {
  const [, turn] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    batch.onChange = () => {
      timer ??= setTimeout(() => { timer = undefined; turn((count) => count + 1); }, DRAW_MS);
    };
    return () => { batch.onChange = () => undefined; clearTimeout(timer); };
  }, [batch]);
}
