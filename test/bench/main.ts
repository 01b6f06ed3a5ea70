/** npm run bench: medians and ranges, beside the naive way and the machine's limit, in one run. --ledger fabric, --json, --quick. */
import { parseArgs } from 'node:util';
import { embedded } from './embedded.js';
import { consortium } from './consortium.js';

const { values } = parseArgs({ options: { ledger: { type: 'string', default: 'embedded' }, quick: { type: 'boolean' }, json: { type: 'boolean' } } });
if (values.ledger === 'fabric') await consortium();
else await embedded();
