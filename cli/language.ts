/** The language of whoever sits at the terminal. */
import type { Message } from '#gateway/messages';

/** As POSIX has it: the first of LC_ALL, LC_MESSAGES, LANG that is set decides. */
export const languageOf = (env: Readonly<Record<string, string | undefined>>): keyof Message =>
  /^zh\b|^zh_/i.test([env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '') ?? '') ? 'zh' : 'en';

const language = languageOf(process.env);
export const say = (message: Message): string => message[language];

/** What others have written may be shown: a control sequence in it could draw another verdict on the terminal, a direction mark turn one around. */
export const harmless = (words: string): string => words.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
