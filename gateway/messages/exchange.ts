/** What goes wrong between gateways: at the one that asks, and at the one that is asked. */
import type { Message } from '../messages.js';

export const EXCHANGE_WORDS = {
  SOURCE_UNREACHABLE: { zh: '提供机关的网关没有及时答复，尚未取得内容；请稍后重新提交同一表单，授权次数不会重复扣减', en: 'The gateway of the source agency did not answer in time and nothing was obtained: send the same form again in a moment, no use is counted twice' },
  SOURCE_REFUSED: { zh: '提供机关的网关拒绝了本次请求，没有提供任何内容：请查看标出的原因', en: 'The gateway of the source agency refused, and nothing was given: see the marked reason' },
  SOURCE_ANSWER_WRONG: { zh: '提供机关网关的答复与账本不符，已丢弃，不得采信：请联系管理员核实', en: 'What the gateway of the source agency answered does not fit the ledger and was thrown away: tell the operator' },
  SOURCE_FORM: { zh: '答复不是提供机关签署的、对本次请求的答复', en: 'it is no answer to this request signed by the source agency' },
  SOURCE_RECORD: { zh: '答复所附的记录不是本次用证的记录', en: 'the record in the answer is of another use' },
  SOURCE_UNPROVEN: { zh: '证照有签章文件，答复却没有提供', en: 'the licence has a sealed document, and the answer has none' },
  SOURCE_OTHER_LICENCE: { zh: '答复是另一本证照或另一版本', en: 'the answer is about another licence or version' },
  SOURCE_OTHER_FIELDS: { zh: '答复的字段与所请求、所记录的不一致', en: 'the fields in the answer are not those asked for and recorded' },
  TRANSPORT_KEY_NOT_HERE: { zh: '本机关没有网关间通信密钥，请管理员运行 yizheng trust-key --use transport', en: 'your agency has no transport key at this gateway: the operator makes one with yizheng trust-key --use transport' },
  TRANSPORT_ADDRESS_NONE: { zh: '管理该证照的机关未登记网关地址，请该机关管理员运行 yizheng trust-key --use transport', en: 'the agency that manages the licence has registered no address of its gateway: its operator does so with yizheng trust-key --use transport' },
  ASSERTION_REFUSED: { zh: '请求未由登记的网关间通信密钥为本次请求签署，没有受理', en: 'The request is not signed for this by a registered transport key, and was not taken: see the marked reason' },
  ASSERTION_FORM: { zh: '没有网关间请求的签署，或格式不对', en: 'there is no signed assertion, or it is not of the form' },
  ASSERTION_KEY: { zh: '签署密钥未登记为该机关在用的网关间通信密钥，或该机关已停用', en: 'the key is not registered as a transport key in use of an agency in service' },
  ASSERTION_SIGNATURE: { zh: '签名不符', en: 'the signature does not fit' },
  ASSERTION_AUDIENCE: { zh: '请求是签给另一网关的', en: 'it was made for another gateway' },
  ASSERTION_TIME: { zh: '签署时间已过或在将来，请核对两端网关的时钟', en: 'its time is over or lies ahead: compare the clocks of both gateways' },
  ASSERTION_USED: { zh: '该签署已用过，或早于本网关启动，请重新签署后再试', en: 'it was used already, or made before this gateway started: send it again, newly signed' },
  ASSERTION_REQUEST: { zh: '请求内容与签署的摘要不符', en: 'what is asked is not what was signed' },
  EXCHANGE_RECORD: { zh: '所附用证记录不能采信，没有提供任何内容', en: 'The use record that came with the request cannot be relied on, and nothing was given: see the marked reason' },
  EXCHANGE_TIME: { zh: '用证记录不是一小时内的', en: 'the record is not of the last hour' },
  EXCHANGE_OPENING: { zh: '所附明细与用证记录的承诺或持证人不符', en: 'what opens the record does not fit its commitment, or the holder' },
  EXCHANGE_NOT_COUNTED: { zh: '账本没有为本次用证扣减持证人授权的次数，没有提供任何内容', en: 'The ledger has not counted this very use of the grant, and nothing was given: count it first' },
} as const satisfies Record<string, Message>;
