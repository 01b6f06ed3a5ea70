/** An id that begins with a dash is an id. */
import { parseArgs } from 'node:util';
import t from 'tap';
import { withDashes } from '#cli/dashes';

const options = { grant: { type: 'string' }, root: { type: 'string' }, offline: { type: 'boolean' }, 'twenty-letter-option': { type: 'boolean' }, f: { type: 'string', short: 'f' } } as const;
const parsed = (...args: string[]) => { const { values, positionals } = parseArgs({ args: withDashes(args, options), options, allowPositionals: true, strict: true }); return { values: { ...values }, positionals }; };
const [id, digest] = ['-2mjSbmRZa8ZXvGzVCzkYw', '-2mjSbmRZa8ZXvGzVCzkYpKKXQ6KxIYUaQQ0WTizMMY'];

t.test('when an id begins with a dash', async (t) => {
  t.strictSame(parsed('x', '--grant', id, '--offline'), { values: { grant: id, offline: true }, positionals: ['x'] });
  t.strictSame(parsed('import', 'file', '--root', digest), { values: { root: digest }, positionals: ['import', 'file'] });
  t.strictSame(parsed('end', id, '--offline'), { values: { offline: true }, positionals: ['end', id] });
  t.strictSame(parsed(`--grant=${id}`), { values: { grant: id }, positionals: [] });
  t.strictSame(parsed('--offline', '--', id), { values: { offline: true }, positionals: [id] });
});

t.test('when it is none', async (t) => {
  t.strictSame(parsed('--twenty-letter-option', 'x'), { values: { 'twenty-letter-option': true }, positionals: ['x'] });
  for (const args of [['--grant', '--offline'], ['--grant', '-x'], ['-unknown'], ['--unknown']]) t.throws(() => parsed(...args), { code: /ERR_PARSE_ARGS/ }, args.join(' '));
});
