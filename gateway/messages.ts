/** Every code in words, Chinese and English, saying what to change. Pages and CLI read the same table. */

export interface Message {
  readonly zh: string;
  readonly en: string;
}

export const MESSAGES: Readonly<Record<string, Message>> = {
  INTERNAL: { zh: '系统内部错误，请联系管理员', en: 'Internal error: tell the operator' },
};

/** @returns the code itself where no words are known for it */
export const messageOf = (code: string): Message => MESSAGES[code] ?? { zh: code, en: code };
