/** Words of the verify door. */
import type { Message } from '../../messages.js';

export const VERIFY = {
  title: { zh: '核验证照', en: 'Verify a licence' },
  label: { zh: '证照标识、证照编号、凭证或二维码链接', en: 'Identifier, licence number, credential or QR link' },
  hint: { zh: '例如许可证编号 JY23703039999014，或以 1.2.156.3005.2 开头的标识。', en: 'For example the permit number JY23703039999014, or an identifier beginning with 1.2.156.3005.2.' },
  submit: { zh: '核验', en: 'Verify' },
  asking: { zh: '正在核验…', en: 'Checking…' },
  file: { zh: '上传凭证文件或二维码图片', en: 'Upload a credential file or a picture of a QR code' },
  fileHint: { zh: '图片只在本机识别，不上传。也可以直接粘贴或拖入。', en: 'Pictures are read on this device and not uploaded. You can also paste or drop one here.' },
  empty: { zh: '请先输入或上传要核验的内容', en: 'Enter or upload what you want to verify' },
  numberMissing: { zh: '没有查到这个编号的证照，请核对编号；也可改用二维码或证照标识核验', en: 'No licence with this number was found: check the number, or use the QR code or the identifier' },
  result: { zh: '核验结果', en: 'Result' },
  parts: { zh: '逐项核验', en: 'What was checked' },
  pass: { zh: '通过', en: 'Passed' },
  fail: { zh: '未通过', en: 'Failed' },
  unchecked: { zh: '未核验', en: 'Not checked' },
  collected: { zh: '未核实', en: 'Not confirmed' },
  restUnchecked: { zh: '内容无法读取，其余项目无从核验。', en: 'It could not be read, so nothing else could be checked.' },
  checkedAt: { zh: '核验时间', en: 'Checked at' },
  open: { zh: '查看证照', en: 'Open the licence' },
  openCurrent: { zh: '查看现行版本', en: 'Open the current version' },
  holder: { zh: '持证主体', en: 'Holder' },
  kind: { zh: '证照类型', en: 'Kind' },
  number: { zh: '编号', en: 'Number' },
  address: { zh: '地址', en: 'Address' },
  issuer: { zh: '发证机关', en: 'Issuing agency' },
  term: { zh: '有效期', en: 'Term' },
  registered: { zh: '登记状态', en: 'Status on record' },
  another: { zh: '核验另一张', en: 'Verify another' },
  scanned: { zh: '扫码核验', en: 'Scanned licence' },
  compare: { zh: '请核对：名称、地址与墙上的证照是否一致', en: 'Compare: are name and address the same as on the wall?' },
  compareWhy: { zh: '二维码可以被翻拍张贴到别处。名称或地址不一致的，不要采信。', en: 'A QR code can be copied and hung elsewhere. If name or address differ, do not rely on it.' },
  scanEmpty: { zh: '链接中没有二维码内容，请重新扫描证照上的二维码', en: 'The link carries no QR content: scan the code on the licence again' },
} as const satisfies Record<string, Message>;

/** The sentence below the first line: what the reader should do. */
export const ADVICE = {
  valid: { zh: '证照真实，现在可以使用。', en: 'Genuine, and in force today.' },
  held: { zh: '证照真实，但现在不能使用。', en: 'Genuine, but it must not be used at present.' },
  ended: { zh: '证照真实，但已经失去效力。', en: 'Genuine, but no longer in force.' },
  superseded: { zh: '这是旧版本，请以现行版本为准。', en: 'This is an old version: the current one counts.' },
  untrusted: { zh: '未通过核验：', en: 'It failed a check:' },
  unchecked: { zh: '没有发现问题，但有项目未能核验。请稍后重试，不要因此拒绝办理。', en: 'Nothing was found against it, but some checks could not be made. Try again later; do not turn anybody away for this.' },
  unreachable: { zh: '没有连上核验服务。请检查网络后重试，不要因此认定证照无效。', en: 'The verification service could not be reached. Check the network and try again; do not take the licence for invalid.' },
  imported: { zh: '来自公示数据的归集，未加盖电子印章，主管机关尚未核实，仅供参考。', en: 'Collected from published data, unsealed and not yet confirmed by the competent agency: for information only.' },
} as const satisfies Record<string, Message>;
