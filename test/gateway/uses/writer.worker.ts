/** Writes uses as fast as it can, several at once, and names each that it was told is durable; ended by a kill. Argument: the directory. */
import { logPlace, noteUse } from '#test/support/uses';

const { log } = await logPlace(process.argv[2]).open();
let count = 0;
const write = async (): Promise<never> => {
  for (;;) {
    const { record } = await noteUse(log, `case ${String(count++)}`);
    process.stdout.write(`${String(record.seq)} ${record.personal}\n`);
  }
};
await Promise.all(Array.from({ length: 8 }, write));
