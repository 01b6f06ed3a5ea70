/** Words of the verify door for licences that a holder shows on his phone. */
import type { Message } from '../../messages.js';

export const SHOWN = {
  ask: { zh: '请持证人用手机出示', en: 'Ask a holder to show a licence by phone' },
  lead: { zh: '持证人的动态码可直接扫描，60 秒内有效、只能用一次，须联网。要防截图转发，请取核验码，由持证人在钱包中输入或扫描：出示的内容只送到本页。', en: 'A holder\'s dynamic code can simply be scanned: good for 60 seconds and once, on line only. Against forwarded pictures, get a challenge that the holder enters or scans in the wallet: what is shown then comes to this page alone.' },
  get: { zh: '取核验码', en: 'Get a challenge' },
  tell: { zh: '请持证人打开钱包，选“出示证照”，输入核验码；或用手机扫描：', en: 'The holder opens the wallet, chooses "Show a licence" and enters the challenge, or scans this with the phone:' },
  challenge: { zh: '核验码', en: 'Challenge' },
  qr: { zh: '核验码的二维码', en: 'The challenge as a QR code' },
  waiting: { zh: '等待持证人出示…', en: 'Waiting for the holder…' },
  identity: { zh: '身份核验记录', en: 'Identity record' },
  identityGood: { zh: '持证人当场出示，与账本上的核验记录一致', en: 'Shown just now by the holder, and as the ledger has it' },
  identityBad: { zh: '出示的内容与设备签名不符，请勿采信', en: 'What is shown is not what the device has signed: do not rely on it' },
  name: { zh: '姓名或名称', en: 'Name' },
  code: { zh: '证件号码', en: 'Code' },
  by: { zh: '核验机关', en: 'Verified by' },
  at: { zh: '核验时间', en: 'Verified at' },
  until: { zh: '可凭此至', en: 'Good until' },
  over: { zh: '核验码已过期。', en: 'The challenge is over.' },
} as const satisfies Record<string, Message>;
