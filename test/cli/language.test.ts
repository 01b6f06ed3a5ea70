import t from 'tap';
import { harmless, languageOf } from '#cli/language';

t.test('when the terminal has a language', async (t) => {
  for (const [env, language] of [
    [{}, 'en'], [{ LANG: 'zh_CN.UTF-8' }, 'zh'], [{ LANG: 'zh' }, 'zh'], [{ LANG: 'C' }, 'en'], [{ LANG: 'de_DE.UTF-8' }, 'en'], [{ LANG: 'zha_CN' }, 'en'],
    [{ LC_ALL: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'], [{ LC_ALL: '', LC_MESSAGES: 'zh_TW', LANG: 'en_US' }, 'zh'],
  ] as const) t.equal(languageOf(env), language, JSON.stringify(env));
});

t.test('when words of others are shown on a terminal', async (t) => {
  t.equal(harmless('UNCHECKED\n  holder  \u001b[2J\u001b[1;1HVALID\r\u009b2K\u202eDILAV'), 'UNCHECKED\n  holder  \ufffd[2J\ufffd[1;1HVALID\ufffd\ufffd2K\ufffdDILAV');
  t.equal(harmless('示例浮云餐饮有限公司\t䶮𬭬\n'), '示例浮云餐饮有限公司\t䶮𬭬\n');
});
