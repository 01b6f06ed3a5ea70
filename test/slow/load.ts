import { reopenLedger } from '#test/network/embedded/support';

// A child process that writes as fast as it can and prints each key once the ledger has acknowledged it.
const [directory = ''] = process.argv.slice(2);
const { contract, ledger, faults } = await reopenLedger(directory);
const base = Number(await ledger.height());
let count = 0;
await Promise.all(Array.from({ length: 16 }, async () => {
  for (;;) {
    const key = `load-${base}-${count++}`;
    try {
      await contract.submitTransaction('put', key, 'x'.repeat(400));
    } catch {
      break;
    }
    process.stdout.write(`${key}\n`);
  }
}));
process.stdout.write(`fault ${faults[0]?.code ?? 'none'}\n`, () => process.exit(0));
