/** Words of composite licences. */
import type { Message } from '../../messages.js';

export const COMPOSITE = {
  title: { zh: '所列单项许可', en: 'Member permits' },
  optional: { zh: '非必备', en: 'optional' },
  unknown: { zh: '未能核验', en: 'Not checked' },
  until: { zh: '至', en: 'until' },
  choose: { zh: '选择单项许可', en: 'Choose the member permits' },
  holderFirst: { zh: '先填写统一社会信用代码，再选择该持证主体的单项许可。', en: 'Enter the unified social credit code first; then choose among the permits of that holder.' },
  none: { zh: '该持证主体没有可列入的有效许可。', en: 'This holder has no permit in force that could be listed.' },
  earliest: { zh: '不填：随最早到期的单项许可', en: 'Empty: ends with the first of its permits' },
  required: { zh: '必备', en: 'required' },
} as const satisfies Record<string, Message>;
