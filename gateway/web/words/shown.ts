/** Words of the verify door for licences that a holder shows on his phone. */
import type { Message } from '../../messages.js';

export const SHOWN = {
  chosen: { zh: '只有持证人选择出示的内容；取自凭证本身。动态码已用，不能再次取得。', en: 'Only what the holder chose to show, from the credential itself. The dynamic code is used up and gives nothing more.' },
  ask: { zh: '请持证人用手机出示', en: 'Ask a holder to show a licence by phone' },
  lead: { zh: '持证人的动态码可直接扫描，60 秒内有效、只能用一次，须联网。要防截图转发，请取核验码，由持证人在钱包中输入或扫描：出示的内容只送到本页。', en: 'A holder\'s dynamic code can simply be scanned: good for 60 seconds and once, on line only. Against forwarded pictures, get a challenge that the holder enters or scans in the wallet: what is shown then comes to this page alone.' },
  get: { zh: '取核验码', en: 'Get a challenge' },
  tell: { zh: '请持证人打开钱包，选“出示证照”，输入核验码；或用手机扫描：', en: 'The holder opens the wallet, chooses "Show a licence" and enters the challenge, or scans this with the phone:' },
  code: { zh: '核验码', en: 'Challenge' },
  qr: { zh: '核验码的二维码', en: 'The challenge as a QR code' },
  waiting: { zh: '等待持证人出示…', en: 'Waiting for the holder…' },
  over: { zh: '核验码已过期。', en: 'The challenge is over.' },
} as const satisfies Record<string, Message>;
