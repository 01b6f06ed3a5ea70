/** Runs test files in one process, one after the other: what they load is loaded once. Of several a file that registers no test fails; of one the caller sees it. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';

let registered = 0;
t.on('subtestAdd', () => registered++);
// After tap's own `teardown` the whole run ends as soon as nothing waits, also while the next file is still loading.
t.teardown = t.after.bind(t);

/** All but one by the environment: tap makes the names of directories from the arguments, and a long one is none. */
const files = process.env['TEST_FILES']?.split(' ') ?? process.argv.slice(2);
for (const file of files) {
  const before = registered;
  await import(pathToFileURL(resolve(file)).href);
  if (files.length > 1 && registered === before) t.fail(`no test in ${file}`);
}
t.end();
