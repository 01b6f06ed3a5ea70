/** The parts of a verdict, and what is wrong with a document that was presented. */
import type { CredentialFault } from '../documents/credential.js';
import type { QrFault } from '../documents/qr.js';
import type { Check } from '../documents/verdict.js';
import type { Message } from '../messages.js';

export const CHECK_WORDS = {
  form: { zh: '格式', en: 'Form' },
  issuer: { zh: '发证机关', en: 'Issuing agency' },
  signature: { zh: '电子签名', en: 'Signature' },
  seal: { zh: '电子印章', en: 'Seal' },
  ledger: { zh: '账本记录', en: 'Ledger record' },
  claims: { zh: '内容一致', en: 'Content agrees' },
  status: { zh: '证照状态', en: 'Status' },
  dates: { zh: '有效期', en: 'Term' },
} as const satisfies Record<Check, Message>;

export const VERDICT_WORDS = {
  FORM_OK: { zh: '格式完整', en: 'The form is complete' },
  ISSUER_REGISTERED: { zh: '由已登记的机关签发', en: 'Issued by a registered agency' },
  ISSUER_UNKNOWN: { zh: '签发者未在账本登记，请勿采信', en: 'Whoever issued it is not registered on the ledger: do not rely on it' },
  ISSUER_NOT_OF_SEAL: { zh: '所称机关与印章不符，请勿采信', en: 'The agency it names is not the seal\'s: do not rely on it' },
  ISSUER_NOT_OF_LICENCE: { zh: '印章不是签发此证照的印章，请勿采信', en: 'The seal is not the one this licence was sealed with: do not rely on it' },
  SIGNATURE_OK: { zh: '签名真实，内容未被改动', en: 'The signature is genuine and the content unaltered' },
  SIGNATURE_WRONG: { zh: '签名不符，内容被改动或系伪造，请勿采信', en: 'The signature does not fit, it was altered or forged: do not rely on it' },
  SIGNATURE_KEY_UNKNOWN: { zh: '没有可用于核对的已登记公钥，签名未能核对', en: 'No registered key was found to check the signature with' },
  SEAL_IN_FORCE: { zh: '加盖时印章在用', en: 'The seal was in use when it was set' },
  ON_LEDGER: { zh: '账本上有此证照', en: 'The licence is on the ledger' },
  IMPORTED_RECORD: { zh: '此为归集的公示数据，尚未经主管机关核实', en: 'Collected from published data, not yet confirmed by the competent agency' },
  NOT_ON_LEDGER: { zh: '账本上没有此证照，请核对输入，勿直接采信', en: 'The licence is not on the ledger: check what was entered, and do not rely on it' },
  VERSION_NOT_ON_LEDGER: { zh: '账本上没有这一版本，请核对输入，勿直接采信', en: 'The ledger has no such version: check what was entered, and do not rely on it' },
  DIGEST_DIFFERS: { zh: '文件与账本登记的不是同一份，请勿采信', en: 'The document is not the one registered on the ledger: do not rely on it' },
  CLAIMS_AGREE: { zh: '内容与账本一致', en: 'The content agrees with the ledger' },
  IDENTIFIER_WRONG: { zh: '文件中的证照标识有误，请勿采信', en: 'The identifier in the document is wrong: do not rely on it' },
  IDENTIFIER_DIFFERS: { zh: '文件中的证照标识与账本不符，请勿采信', en: 'The identifier in the document differs from the ledger: do not rely on it' },
  TYPE_DIFFERS: { zh: '文件的证照类型与账本不符，请勿采信', en: 'The kind of the document differs from the ledger: do not rely on it' },
  DATES_DIFFER: { zh: '文件的有效期与账本不符，请勿采信', en: 'The dates in the document differ from the ledger: do not rely on them' },
  STATUS_VALID: { zh: '状态有效', en: 'The status is valid' },
  STATUS_SUSPENDED: { zh: '暂停使用中，恢复前不得凭此经营', en: 'Suspended: it must not be used until restored' },
  STATUS_SUPERSEDED: { zh: '已变更或换发，请查看现行版本', en: 'Replaced: look at the current version' },
  STATUS_CANCELLED: { zh: '已注销', en: 'Cancelled' },
  STATUS_WITHDRAWN: { zh: '已撤回', en: 'Withdrawn' },
  STATUS_ANNULLED: { zh: '已撤销', en: 'Annulled' },
  STATUS_REVOKED: { zh: '已吊销', en: 'Revoked' },
  STATUS_TRANSFERRED: { zh: '正在办理转出', en: 'Being transferred to another agency' },
  DATES_WITHIN: { zh: '在有效期内', en: 'Within its term' },
  DATES_EXPIRED: { zh: '有效期已届满', en: 'Its term has ended' },
  DATES_NOT_YET_VALID: { zh: '尚未到生效日期', en: 'Its term has not begun' },
  LEDGER_UNREACHABLE: { zh: '暂时无法查询账本，此项未核验；这不说明证照有问题', en: 'The ledger could not be asked, so this was not checked; this says nothing against the licence' },
  NOTHING_TO_CHECK: { zh: '缺少前一项，此项无从核验', en: 'An earlier part is missing, so there was nothing to check' },
} as const satisfies Record<string, Message>;

export const DOCUMENT_WORDS = {
  CREDENTIAL_FORM: { zh: '凭证不完整，请完整复制（以 ~ 结尾）', en: 'The credential is not complete: copy all of it (it ends in ~)' },
  CREDENTIAL_TYPE: { zh: '不是证照凭证，请提供以 dc+sd-jwt 签发的凭证', en: 'This is not a licence credential: present one of type dc+sd-jwt' },
  CREDENTIAL_ALGORITHM: { zh: '签名算法不被接受，请勿采信', en: 'The signature algorithm is not accepted: do not rely on it' },
  CREDENTIAL_CERTIFICATE: { zh: '凭证中没有签章证书，请勿采信', en: 'The credential carries no certificate: do not rely on it' },
  CREDENTIAL_CLAIMS: { zh: '凭证缺少必要内容，请勿采信', en: 'The credential lacks required content: do not rely on it' },
  CREDENTIAL_TOO_LARGE: { zh: '凭证过大，不是本系统签发的凭证', en: 'The credential is too large to be one of ours' },
  DISCLOSURE_FORM: { zh: '披露项格式不对，请重新复制完整的凭证', en: 'A disclosed field is not in its form: copy the whole credential again' },
  DISCLOSURE_DOUBLED: { zh: '披露项重复，请勿采信', en: 'A field is disclosed twice: do not rely on it' },
  DISCLOSURE_FOREIGN: { zh: '披露项不属于此凭证，请勿采信', en: 'A disclosed field does not belong to this credential: do not rely on it' },
  QR_FORM: { zh: '不是证照二维码，或扫描不完整，请重新扫描', en: 'Not the QR code of a licence, or not read completely: scan it again' },
  QR_VERSION: { zh: '二维码版本不受支持，请更新核验程序', en: 'This version of the QR code is not supported: update the verifier' },
  QR_ALGORITHM: { zh: '二维码签名算法不被接受，请勿采信', en: 'The signature algorithm of the QR code is not accepted: do not rely on it' },
  QR_IDENTIFIER: { zh: '二维码中的证照标识有误，请勿采信', en: 'The identifier in the QR code is wrong: do not rely on it' },
  QR_TOO_LARGE: { zh: '二维码内容过长，不是证照二维码', en: 'The content is too long for the QR code of a licence' },
} as const satisfies Record<CredentialFault | QrFault, Message>;
