import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createEmbeddedLedger, openEmbeddedLedger } from '#network/embedded/ledger';
import type { Place } from '#test/conformance/place';
import { conformance } from '#test/conformance/suite';

/** Licences need none of this: a gateway makes its own embedded ledger. */
async function embeddedPlace(): Promise<Place> {
  const parent = await mkdtemp(join(tmpdir(), 'yizheng-conformance-'));
  const directory = join(parent, 'ledger');
  const open = () => openEmbeddedLedger({ directory, contract: new URL('./contract.js', import.meta.url) });
  await createEmbeddedLedger({ directory });
  const place: Place = {
    ledger: await open(), choice: {},
    async restart() {
      await place.ledger.close();
      place.ledger = await open();
    },
    async remove() {
      await place.ledger.close();
      await rm(parent, { recursive: true, force: true });
    },
  };
  return place;
}

await t.test('embedded', (t) => conformance(t, embeddedPlace));
