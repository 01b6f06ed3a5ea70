/** What an act left on the ledger. */
import type { ComponentChildren } from 'preact';
import { useFocus } from '../focus.js';
import { Icon } from '../icons.js';
import { useLanguage } from '../language.js';
import type { ActResult } from '../types.js';
import { COMMON } from '../words/common.js';

export function Receipt({ result, title, children }: { result: ActResult; title: string; children?: ComponentChildren }) {
  const { say } = useLanguage();
  const heading = useFocus<HTMLHeadingElement>();
  const rows = [
    { word: COMMON.identifier, value: result.identifier },
    { word: COMMON.transaction, value: result.transaction },
    { word: COMMON.block, value: result.block },
  ];
  return (
    <div class="receipt" role="status">
      <h2 ref={heading} tabIndex={-1}><Icon name="check" size={32} /> {title}</h2>
      <dl>{rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd><code>{value}</code></dd></div>)}</dl>
      <p class="actions-row">{children}</p>
    </div>
  );
}
