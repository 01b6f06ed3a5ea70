/** The pages state what they read on their own, so that nothing of the gateway enters the bundle; here the two are held together. */
import t from 'tap';
import type { Answer as Told } from '#gateway/acts/verify/lookup';
import { CHECKS } from '#gateway/documents/verdict';
import { CHECK_WORDS } from '#gateway/messages/verdicts';
import { STATUSES } from '#chaincode/facts/status';
import { STATUS_WORDS } from '#gateway/messages/statuses';
import { MAP_FORMAT } from '#gateway/tables/mapping';
import { mappable } from '#gateway/acts/licence/bulk-rows';
import { KINDS } from '#gateway/catalogue/kinds';
import { MAP_FORMAT as PAGES_MAP_FORMAT, TERM_COLUMNS } from '#gateway/web/jobs/types';
import type { Answer } from '#gateway/web/types';

t.test('when the gateway answers', async (t) => {
  const read = (told: Told): Answer => told; // does not compile where they differ
  t.type(read, 'function');
  t.same(Object.keys(CHECK_WORDS).sort(), [...CHECKS].sort());
  t.same(Object.keys(STATUS_WORDS).sort(), [...STATUSES, 'RESTRICTED', 'EXPIRED', 'NOT_YET_VALID'].sort());
});

t.test('when a mapping is sent', async (t) => {
  t.equal(PAGES_MAP_FORMAT, MAP_FORMAT);
  const [kind] = KINDS;
  t.same(kind && mappable(kind).map(({ name }) => name).slice(kind.fields.length), [...TERM_COLUMNS]);
});
