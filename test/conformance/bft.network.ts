import t from 'tap';
import { absence, CONTRACT, realPlace } from '#test/conformance/network';
import { conformance } from '#test/conformance/suite';

const absent = await absence('bft');
await t.test('bft', { skip: absent ?? false }, (t) => conformance(t, (contract) => realPlace('bft', 4, { contract: contract === 'test' ? CONTRACT : undefined })));
