import t from 'tap';
import { absence, CONTRACT, realPlace } from '#test/conformance/network';
import { conformance } from '#test/conformance/suite';

const absent = await absence('raft');
await t.test('raft', { skip: absent ?? false }, (t) => conformance(t, (contract) => realPlace('raft', 3, { contract: contract === 'test' ? CONTRACT : undefined })));
