/** Zero-width marks, soft hyphen and byte order marks that copy and paste leave behind. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u2060\ufeff]/g;
const OUTER_SPACE = /^[\s\u200b\u2060]+|[\s\u200b\u2060]+$/g;
/** `="0123"`: how exports keep a spreadsheet program from turning a code into a number. */
const TEXT_FORMULA = /^="([^"]*)"$/;
/** The apostrophe a spreadsheet user types before a long number or a code. */
const TEXT_APOSTROPHE = /^['’‘](?=[\s0-9A-Za-z=+\-@＝＋－＠])/;
/**
 * C0 (but line feed), DEL, C1, and the marks that reorder text: whoever sends the table could use
 * the latter to make a clerk see another name or number than the one recorded.
 */
 
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
/** U+FFFD, or half a surrogate pair: a character was lost before the file came here. */
const LOST = /\ufffd|\p{Cs}/u;

/** Characters that make a second look necessary, anywhere in a cell or at its ends. */
const INNER_SUSPECT = /[\t\r\ufeff]/;
function mayPad(code: number): boolean {
  return code <= 0x2f || code === 0x3d || (code >= 0x7f && code <= 0xa0) || (code >= 0x1680 && code <= 0x206f) || code === 0x3000 || code === 0xfeff;
}

/** A cell as meant: without padding, guard marks and stray tabs; nothing inside is otherwise changed. */
export function cleanCell(raw: string): string {
  if (raw === '') return raw;
  if (!mayPad(raw.charCodeAt(0)) && !mayPad(raw.charCodeAt(raw.length - 1)) && !INNER_SUSPECT.test(raw)) return raw;
  let text = raw.replace(OUTER_SPACE, '');
  text = TEXT_FORMULA.exec(text)?.[1] ?? text;
  text = text.replace(TEXT_APOSTROPHE, '').replace(OUTER_SPACE, '');
  return text.replace(/\ufeff/g, '').replace(/\r\n?/g, '\n').replace(/\t+/g, ' ');
}

export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

export function hasLostCharacter(text: string): boolean {
  return LOST.test(text);
}

/** Full-width Latin forms and the ideographic space to their ASCII counterparts. */
export function halfWidth(text: string): string {
  if (!/[\u3000\uff01-\uff5e]/.test(text)) return text;
  return text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ');
}

/** A header as shown to people: half-width, on one line, without invisible marks. */
export function cleanHeader(raw: string): string {
   
  return halfWidth(raw.replace(INVISIBLE, '')).replace(/[\u0000-\u001f\u007f]+/g, '').replace(/\s+/g, ' ').trim();
}

/**
 * A header as compared: what people vary without meaning another column is taken away, which is
 * case, spaces, underscores and hyphens, the star or note of a mandatory column, a closing colon.
 */
export function headerKey(raw: string): string {
  return cleanHeader(raw)
    .replace(/[*★]/g, '')
    .replace(/[([【〔{](?:必填|选填|非必填|必填项|选填项|必录|必须)[)\]】〕}]/g, '')
    .replace(/[〔【[{]/g, '(').replace(/[〕】\]}]/g, ')')
    .replace(/[\s_\-–—－·、,/]/g, '')
    .replace(/:$/, '')
    .toLowerCase();
}
