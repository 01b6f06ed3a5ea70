/** What puts a finding of `yizheng fsck` right, by the name of its repair; and what a check has left out. For operators: no page needs them. */
import type { Message } from '../messages.js';

export const REPAIR_WORDS = {
  index: { zh: '索引可由账本重建：运行 yizheng fsck --repair，差异很多时停机后运行 yizheng rebuild', en: 'The index follows from the ledger: yizheng fsck --repair, or, where much differs, yizheng rebuild with the gateway stopped' },
  outbox: { zh: '账本上已有此交易，无须再发：yizheng fsck --repair 移除该待发记录', en: 'The ledger has this transaction already: yizheng fsck --repair takes the row out of the outbox' },
  aside: { zh: '账本没有提及它：yizheng fsck --repair（停机后）将其移到 set-aside 目录，不销毁', en: 'Nothing on the ledger refers to it: yizheng fsck --repair, gateway stopped, moves it to set-aside/ and destroys nothing' },
  'use-rows': { zh: '分页索引可由用证记录推出：yizheng fsck --repair 补上；记录本身有误的不补', en: 'Rows of pages follow from the record: yizheng fsck --repair writes them, unless the record itself is wrong' },
  'use-tree': { zh: '若各条记录推出的根与账本一致，yizheng fsck --repair 重算中间散列；否则记录被改动，须从备份恢复 uses 目录', en: 'Where the records lead to the root on the ledger, yizheng fsck --repair computes the hashes between again; else records were changed: restore uses/ from a backup' },
  anchor: { zh: '账本上没有这笔登记：yizheng fsck --repair 移除该行，由下一次登记的根代替', en: 'The ledger knows no such root: yizheng fsck --repair takes the row away, and the next root takes its place' },
  start: { zh: '启动网关即会处理，无须其他操作', en: 'The next start of the gateway settles it; nothing else is to be done' },
  ledger: { zh: '账本不能由本机推出：从备份恢复 ledger 目录，并用在别处保存的账本头（yizheng head check）或其他机构的网关核对', en: 'Nothing here tells what the ledger should say: restore ledger/ from a backup, and compare it with heads that were kept elsewhere (yizheng head check) or with the gateway of another agency' },
  vault: { zh: '照面内容只存于此处，不能推出：从备份恢复 vault 和 holder-keys 目录；没有备份的，须重新办理（变更或换发），摘要不改', en: 'It lay here only and follows from nothing: restore vault/ and holder-keys/ from a backup; without one the licence is issued in a next version (yizheng change or renew). Its digest stays' },
  papers: { zh: '签章文件不能重做，重做即是另一份：从任一备份取回 papers 目录中的该文件（文件从不改动）；没有备份的，以下一版本换发', en: 'A sealed file cannot be made again, it would be another one: restore it from any backup of papers/, for files there never change; without one, the next version has a file of its own' },
  uses: { zh: '用证记录不能推出，不得重写：从备份恢复 uses 目录；账本上的根能证明恢复得对不对', en: 'A use record follows from nothing and is never written anew: restore uses/ from a backup; the root on the ledger tells whether it is the right one' },
  jobs: { zh: '任务报告已损坏：再次提交同一表格，已办理的行会标为已办', en: 'The report of the job is damaged: send the same table again, rows that are done come back as already done' },
  host: { zh: '交易所属机构不在本网关：用 yizheng host 重新接入，或从备份恢复其密钥，再次启动即会处理', en: 'The agency of the transaction is not hosted here: restore its keys from a backup, or host it again with yizheng host; the next start settles it' },
  rules: { zh: '账本上的记录本身不合规则，任何人不得改写：请与其他机构的网关比对（yizheng audit compare）并报告', en: 'The record on the ledger itself breaks the rules, and nobody may rewrite it: compare it with the gateway of another agency (yizheng audit compare) and report it' },
} as const satisfies Record<string, Message>;

export const UNCHECKED_WORDS = {
  ledger: { zh: '账本自身的重放（b）须停机检查，此次只核对了区块之间的链接', en: 'The replay of the ledger by itself (b) needs the gateway stopped; this time only the links between blocks were checked' },
  rest: { zh: '账本无法打开，其余各项没有检查', en: 'The ledger does not open: nothing else was checked' },
  extras: { zh: '保管库中多余的文件（v）须停机、待发队列为空且索引无误时检查', en: 'What is in the vault beyond the ledger (v) needs the gateway stopped, an empty outbox and a sound index' },
} as const satisfies Record<string, Message>;
