/** Words of the home page. */
import type { Message } from '../../messages.js';

export const HOME = {
  title: { zh: '一次签发，处处可核验', en: 'Issued once, trusted everywhere' },
  lead: { zh: '证照签发后记入机关共同维护的账本。任何机关、柜台、企业和群众都能核验它是否真实、现在是否有效，不必再索要原件。', en: 'Once issued, a licence stands on a ledger that agencies keep together. Any agency, counter, company or citizen can check that it is genuine and in force today, without asking for the paper.' },
  verifyText: { zh: '扫码、输入编号或上传凭证，查看证照是否有效。无需登录。', en: 'Scan, enter a number or upload a credential to see whether a licence is valid. No account needed.' },
  walletText: { zh: '持证人在手机上出示证照、批准用证、查看谁看过', en: 'Holders show their licences, grant their use and see who looked' },
  issueText: { zh: '发证机关工作人员登录后核发、变更、暂停、注销证照。', en: 'Staff of issuing agencies sign in to issue, change, suspend and cancel licences.' },
} as const satisfies Record<string, Message>;
