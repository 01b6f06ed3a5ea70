/** Words of filed receipts. */
import type { Message } from '../../messages.js';

export const RECEIPT = {
  title: { zh: '证照核验单', en: 'Receipt of verification' },
  genuine: { zh: '核验单真实（不代表证照现在有效）', en: 'Genuine receipt (it does not say the licence is valid now)' },
  untrusted: { zh: '核验单不可信', en: 'Do not trust this receipt' },
  unchecked: { zh: '暂时无法核验此核验单', en: 'This receipt could not be checked' },
  ask: { zh: '出具核验单', en: 'Issue a receipt' },
  asking: { zh: '正在出具…', en: 'Issuing…' },
  askHint: { zh: '核验单是经签名的书面记录：何时核验、结果如何，可归档备查。由网关按标识和文件摘要重新核查后签名。', en: 'A signed record for the files: what was checked, when, with what result. The gateway looks again, by identifier and digest, and signs.' },
  then: { zh: '当时的结果', en: 'Result then' },
  at: { zh: '核验时间', en: 'Checked at' },
  by: { zh: '出具机关', en: 'Issued by' },
  asker: { zh: '申请人', en: 'Asked by' },
  nobody: { zh: '未登录的核验人', en: 'somebody without an account' },
  kind: { zh: '证照类型', en: 'Kind' },
  identifier: { zh: '电子证照标识', en: 'Electronic licence identifier' },
  digest: { zh: '凭证摘要', en: 'Digest of the credential' },
  digestNone: { zh: '未提供文件，仅按标识核验', en: 'no document; checked by identifier alone' },
  id: { zh: '核验单编号', en: 'Receipt no.' },
  block: { zh: '账本区块', en: 'Block of the ledger' },
  save: { zh: '下载核验单', en: 'Save the receipt' },
  print: { zh: '打印', en: 'Print' },
  how: { zh: '核对方法：用一证核验页扫描此码，或拖入本文件。', en: 'To check it: scan this code on the verify page, or drop this file there.' },
  text: { zh: '签名原文', en: 'Signed text' },
} as const satisfies Record<string, Message>;
