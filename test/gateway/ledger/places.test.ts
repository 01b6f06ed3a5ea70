/** Places in status lists: what an unfinished job holds is given to nobody else. */
import t from 'tap';
import { BUREAU } from '#gateway/demo';
import { Places } from '#gateway/ledger/places';
import { install } from '#test/support/installation';

const installation = await install();
t.teardown(() => installation.remove());
const { projection } = installation.services;
const agency = BUREAU.code;
const lists: number[] = [];
for await (const [key, { number }] of projection.records('list')) if (key.startsWith(`${agency}/`)) lists.push(number);
const LANES = 2;

void t.test('when two unfinished jobs of an agency hold lists', async (t) => {
  t.not(lists.length, 0, 'the demo has taken places');
  const places = new Places(projection, LANES);
  places.keepReserved(agency, [70]);
  places.keepReserved(agency, lists);
  for (let lane = 0; lane < LANES; lane++) {
    const { list } = await places.one(agency, lane);
    t.notOk([70, ...lists].includes(list), 'nothing of either is given out');
    t.ok(list > 70, 'nor a number that a job may still use');
  }
});

void t.test('when several ask at once', async (t) => {
  const places = new Places(projection, LANES);
  const given = await Promise.all(Array.from({ length: 200 }, () => places.one(agency, 0)));
  t.equal(new Set(given.map(({ list, index }) => `${String(list)}/${String(index)}`)).size, 200, 'no place is given out twice');
  t.ok(given.some(({ list }) => lists.includes(list)), 'a list with room is used on');
  t.not((await places.reserve(agency, 0, 1))[0], given[0]?.list, 'a job has lists of its own');
});
