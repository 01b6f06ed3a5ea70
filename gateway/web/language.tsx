/** The language of the pages: chosen once, remembered, and told to assistive software by `lang`. */
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Message } from '../messages.js';
import type { Language } from './format.js';
import { remember, remembered } from './remembered.js';

interface Speaking {
  readonly language: Language;
  readonly choose: (language: Language) => void;
  readonly say: (message: Message) => string;
}

const Context = createContext<Speaking>({ language: 'zh', choose: () => undefined, say: ({ zh }) => zh });

/** Chinese unless the browser says plainly that it speaks something else. */
export function firstLanguage(kept: string | undefined, browser: readonly string[]): Language {
  if (kept === 'zh' || kept === 'en') return kept;
  const [first = 'zh'] = browser;
  return first.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function LanguageProvider({ children }: { children: ComponentChildren }) {
  const [language, setLanguage] = useState<Language>(() => firstLanguage(remembered('language'), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const choose = (next: Language) => {
    remember('language', next);
    setLanguage(next);
  };
  return <Context.Provider value={{ language, choose, say: (message) => message[language] }}>{children}</Context.Provider>;
}

export const useLanguage = (): Speaking => useContext(Context);

/** Sets the window's title to a page's name while the page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · 一证 Yizheng`;
  }, [title]);
}
