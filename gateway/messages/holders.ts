/** What goes wrong with holders' devices, the identity provider and what they show: learned by the pages of the wallet, so that whoever only verifies does not load it. */
import type { Message } from '../messages.js';

export const HOLDER_WORDS = {
  PROVIDER_NONE: { zh: '本网关没有接入身份认证平台，请到窗口登记手机', en: 'No identity provider is connected to this gateway: register the phone at a counter' },
  PROVIDER_UNAVAILABLE: { zh: '身份认证平台暂时无法连接，请稍后重试，或到窗口登记手机', en: 'The identity provider cannot be reached at the moment: try again later, or register the phone at a counter' },
  PROVIDER_FLOW: { zh: '此次认证不是从本浏览器开始的、已用过或超过十分钟，请重新开始', en: 'This sign-in was not begun in this browser, was used already or took longer than ten minutes: begin again' },
  PROVIDER_REFUSED: { zh: '身份认证平台没有通过此次认证，请重试，或到窗口办理', en: 'The identity provider did not confirm this sign-in: try again, or go to a counter' },
  PROVIDER_CLAIMS: { zh: '身份认证平台没有提供证件号码和名称，无法确定持证人：请管理员核对设置', en: 'The identity provider gave no code and name, so the holder is not known: the operator must check the settings' },
  PROVIDER_HOLDER: { zh: '本网关没有此人的证照，请到发证机关办理', en: 'This gateway knows no licence of this person: go to the agency that issued it' },
  PROVIDED_UNKNOWN: { zh: '没有该认证记录或已过期，请持证人重新认证', en: 'There is no such sign-in at the provider, or it is over: the holder signs in again' },
  PRESENTATION_CHALLENGE: { zh: '核验码不正确、已用过或已过期：请核验人员重新取得', en: 'The verifier\'s challenge is wrong, was used, or is over: ask the verifier for a new one' },
  IDENTITY_TO_AGENCIES: { zh: '身份核验记录只能出示给已登录的机关：请核验人员登录后重新取核验码', en: 'An identity record is shown to agencies only: the verifier signs in and gets another challenge' },
  PAIRING_CODE: { zh: '一次性代码不正确、已用过或已失效，请向窗口人员重新获取', en: 'The one-time code is wrong, was used, or is no longer good: ask the clerk for a new one' },
  HOLDER_NOT_SIGNED_IN: { zh: '钱包尚未登录或登录已过期，请在手机上重新打开钱包', en: 'The wallet is not signed in, or its session has ended: open it again on the phone' },
  DEVICE_REFUSED: { zh: '此设备未登记、已挂失或已停用，所凭的委托已撤回或到期，或签名不符：请到窗口登记，或请委托人重新委托', en: 'This device is not registered, was reported lost or stopped, what it acted by was taken back or is over, or its signature does not fit: register it at a counter, or ask whoever let you act' },
  WALLET_PLACE: { zh: '钱包不能在此网址使用：请用本系统登记的网址打开', en: 'The wallet cannot be used at this address: open the site by its registered name' },
  WALLET_KEY_NOT_KEPT: { zh: '浏览器没有保存密钥：请关闭无痕模式，允许本网站保存数据后重试', en: 'The browser did not keep the key: leave private mode, allow this site to keep data, and try again' },
  WALLET_SHOWN_DIFFERS: { zh: '所显示的内容与待签内容不一致，没有签名：请向申请机关核实', en: 'What is shown does not fit what would be signed, and nothing was signed: ask the agency that requested it' },
} as const satisfies Record<string, Message>;
