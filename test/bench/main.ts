/** npm run bench: medians and ranges, beside the naive way and the machine's limit, in one run. --ledger fabric, --documents, --composites, --audit, --evidence, --report, --centre, --fsck, --json, --quick. */
import { parseArgs } from 'node:util';
import { audit } from './audit.js';
import { centre } from './centre.js';
import { embedded } from './embedded.js';
import { composites } from './composites.js';
import { consortium } from './consortium.js';
import { documents } from './documents.js';
import { evidence } from './evidence.js';
import { fsck } from './fsck.js';
import { report } from './report.js';

const { values } = parseArgs({ options: { ledger: { type: 'string', default: 'embedded' }, documents: { type: 'boolean' }, composites: { type: 'boolean' }, audit: { type: 'boolean' }, evidence: { type: 'boolean' }, report: { type: 'boolean' }, centre: { type: 'boolean' }, fsck: { type: 'boolean' }, quick: { type: 'boolean' }, json: { type: 'boolean' } } });
if (values.documents === true) await documents();
else if (values.composites === true) await composites();
else if (values.audit === true) await audit();
else if (values.evidence === true) await evidence();
else if (values.report === true) await report();
else if (values.centre === true) await centre();
else if (values.fsck === true) await fsck();
else if (values.ledger === 'fabric') await consortium();
else await embedded();
