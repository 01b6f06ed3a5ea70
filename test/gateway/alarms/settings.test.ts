/** The operator's rule of what reading is unusual: what is wrong is said, what is left out stays. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { READING_RULE } from '#gateway/alarms/reading-rule';
import { ConfigError, readConfig } from '#gateway/config';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-alarm-file-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
const file = join(directory, 'alarms.json');
const read = (value: unknown) => {
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return readConfig({ YIZHENG_ALARMS: file }, []).alarms;
};
const STAFF = 'Anna_Anna_Anna_Anna_An';

void t.test('when the file sets a rule', (t) => {
  t.strictSame(read({})?.reading, READING_RULE);
  const settings = read({ reading: { hour: { most: 50 } }, staff: { [STAFF]: { hour: { least: 5 }, day: { times: 1.5 } } } });
  t.strictSame(settings?.reading, { hour: { ...READING_RULE.hour, most: 50 }, day: READING_RULE.day });
  t.strictSame(settings?.staff.get(STAFF), { hour: { ...READING_RULE.hour, most: 50, least: 5 }, day: { ...READING_RULE.day, times: 1.5 } }, 'of one person, beyond that of all');
  t.equal(readConfig({}, []).alarms, undefined);
  t.end();
});

void t.test('when the file is wrong', (t) => {
  for (const [value, where] of [['{', /a file of JSON/], [{ reading: { week: {} } }, /\/reading/], [{ reading: { hour: { most: 0 } } }, /\/reading\/hour\/most/], [{ reading: { day: { times: 1 } } }, /\/reading\/day\/times/], [{ reading: { hour: { least: 1.5 } } }, /\/reading\/hour\/least/], [{ staff: { clerk: {} } }, /YIZHENG_ALARMS/]] as const) {
    const said = (() => { try { read(value); } catch (error) { if (error instanceof ConfigError) return error.message; throw error; } return 'taken'; })();
    t.match(said, where, JSON.stringify(value));
  }
  t.throws(() => readConfig({ YIZHENG_ALARMS: join(directory, 'none') }, []), /no such file/);
  t.end();
});
