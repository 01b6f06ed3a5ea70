import t from 'tap';
import { absence, CONTRACT, realPlace } from '#test/conformance/network';
import { conformance } from '#test/conformance/suite';

const absent = await absence('solo');
await t.test('solo', { skip: absent ?? false }, (t) => conformance(t, (contract) => realPlace('solo', 2, { contract: contract === 'test' ? CONTRACT : undefined })));
