/** Draws a head of the ledger on one sheet of A4, to be laid in a folder: what it says, its text in a QR and in groups that can be typed. It needs no seal: it is signed. */
import PDFDocument from 'pdfkit';
import type { SignedHead } from '../head.js';
import { drawQr, INK, LABEL_INK, type Fonts } from './face.js';
import { mm } from './paper.js';

export interface HeadSheet {
  readonly signed: Pick<SignedHead, 'head' | 'kid' | 'token'>;
  /** Name of the agency, where it is known. */
  readonly agencyName?: string | undefined;
}

type Doc = InstanceType<typeof PDFDocument>;
const PAGE = { width: 595.28, height: 841.89 };
const SIDE = 56;
const WIDTH = PAGE.width - 2 * SIDE;
const LABELS = 116;
const QR_SIDE = mm(88);
/** Characters in a group, and groups in a line of the text. */
const [GROUP, GROUPS] = [8, 6];

const grouped = (text: string, size: number): string => text.match(new RegExp(`.{1,${String(size)}}`, 'g'))?.join(' ') ?? '';
/** The text of a head in lines of groups; taken together without spaces it is the text again. */
export const headLines = (token: string): string[] => (token.match(new RegExp(`.{1,${String(GROUP * GROUPS)}}`, 'g')) ?? []).map((line) => grouped(line, GROUP));

const STEPS = [
  '保存：打印后放入档案，与系统分开存放。它证明签署时账本有多少区块、末块为何；此后账本若被截短、改写或分叉，凭它即可查出。',
  'Keep this sheet away from the system. A ledger that is cut short, rewritten or forked later is found by it.',
  '使用：扫码得到全文（或照下文录入，空格换行不计），存为文件后运行',
  'To use it, scan the code, or type the text below; spaces and line ends do not count. Then',
];
const COMMANDS = ['yizheng head check FILE', 'yizheng evidence verify BUNDLE --head FILE'];

export async function drawHead({ signed: { head, kid, token }, agencyName }: HeadSheet, fonts: Fonts): Promise<Uint8Array> {
  const at = new Date(head.at);
  const doc = new PDFDocument({
    size: [PAGE.width, PAGE.height], margin: 0, pdfVersion: '1.7', subset: 'PDF/A-3b' as 'PDF/A-3', lang: 'zh-CN', displayTitle: true, font: '',
    info: { Title: `账本头 ${String(head.height)}`, Author: agencyName ?? head.agency, Subject: '账本头', Creator: 'Yizheng', Producer: 'Yizheng', CreationDate: at, ModDate: at },
  });
  const chunks: Uint8Array[] = [];
  doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => { doc.once('end', resolve).once('error', reject); });
  doc.registerFont('regular', fonts.regular as never).registerFont('bold', fonts.bold as never);
  doc.font('bold', 22).fillColor(INK).text('账本头', SIDE, 50, { width: WIDTH, align: 'center' });
  doc.font('regular', 10).fillColor(LABEL_INK).text('Head of the ledger', SIDE, 82, { width: WIDTH, align: 'center' });
  const below = rows(doc, [
    ['账本 Ledger', grouped(head.ledger, 4)], ['区块数 Blocks', `${String(head.height)}${head.earlier === true ? '（签署时已有更多区块 there were more）' : ''}`], ['末块编号 Last block', String(head.height - 1)], ['末块哈希 Its hash', grouped(head.hash, 4)],
    ...(head.commitHash === undefined ? [] : [['提交哈希 Commit hash', grouped(head.commitHash, 4)] as const]),
    ['签署时间 Signed at', head.at], ['签署机关 Agency', agencyName === undefined ? head.agency : `${head.agency}　${agencyName}`], ['密钥编号 Key id', grouped(kid, 4)],
    ...(head.evidence === undefined ? [] : [['存证包摘要 Evidence', grouped(head.evidence, 4)] as const]),
  ], 104);
  drawQr(doc, token, SIDE + 8, below + 18, QR_SIDE);
  words(doc, SIDE + QR_SIDE + 34, below + 14);
  doc.font('regular', 9.5).fillColor(INK).text(headLines(token).join('\n'), SIDE, below + QR_SIDE + 36, { width: WIDTH, lineGap: -1, characterSpacing: 0.6, align: 'left' });
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

/** @returns where the next thing may stand */
function rows(doc: Doc, all: readonly (readonly [label: string, value: string])[], top: number): number {
  let y = top;
  for (const [label, value] of all) {
    doc.font('regular', 9.5).fillColor(LABEL_INK).text(label, SIDE, y, { width: LABELS });
    doc.font('regular', 9.5).fillColor(INK);
    const height = doc.heightOfString(value, { width: WIDTH - LABELS });
    doc.text(value, SIDE + LABELS, y, { width: WIDTH - LABELS });
    y += height + 3;
  }
  doc.lineWidth(0.6).moveTo(SIDE, y + 3).lineTo(PAGE.width - SIDE, y + 3).stroke(LABEL_INK);
  return y + 3;
}

function words(doc: Doc, x: number, top: number): void {
  const width = PAGE.width - SIDE - x;
  let y = top;
  for (const [i, line] of [...STEPS, ...COMMANDS].entries()) {
    const isCommand = i >= STEPS.length;
    doc.font(isCommand ? 'bold' : 'regular', 9).fillColor(isCommand ? INK : LABEL_INK);
    doc.text(line, x, y, { width });
    y += doc.heightOfString(line, { width }) + 5;
  }
}
