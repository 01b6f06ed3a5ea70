/** What a key signs to sign in, byte for byte as docs/decisions/0005 gives it. */
import t from 'tap';
import { sessionDigest } from '#gateway/identity/challenge';

const counted = (first: number, length: number): string => Buffer.from(Array.from({ length }, (_, i) => first + i)).toString('base64url');
const [ledger, staff, challenge] = [counted(0x20, 32), counted(0x50, 16), counted(0x60, 16)];

t.test('when the worked example is signed', async (t) => {
  t.equal(sessionDigest(ledger, staff, challenge).toString('hex'), 'd3aa1f520561f90726e62e6ace856c9a645d2ad0cc890b8b03be784491e75b58', 'by a named person');
  t.equal(sessionDigest(ledger, undefined, challenge).toString('hex'), '230eae0a86de65085e59f1809d83b96fc6a2f7c4da66fe627fb8ca430431077c', 'by a passkey that says whose it is');
});
