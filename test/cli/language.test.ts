import t from 'tap';
import { languageOf } from '#cli/language';

t.test('when the terminal has a language', async (t) => {
  for (const [env, language] of [
    [{}, 'en'], [{ LANG: 'zh_CN.UTF-8' }, 'zh'], [{ LANG: 'zh' }, 'zh'], [{ LANG: 'C' }, 'en'], [{ LANG: 'de_DE.UTF-8' }, 'en'], [{ LANG: 'zha_CN' }, 'en'],
    [{ LC_ALL: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'], [{ LC_ALL: '', LC_MESSAGES: 'zh_TW', LANG: 'en_US' }, 'zh'],
  ] as const) t.equal(languageOf(env), language, JSON.stringify(env));
});
