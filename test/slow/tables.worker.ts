import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { readTable } from '#gateway/tables/index';

/** Reads a long generated table in a thread of its own, whose heap the test bounds. With `hold`, keeps every row. */
const { rows: ROWS, hold } = workerData as { rows: number; hold: boolean };

function* longTable(): Generator<Buffer, void, undefined> {
  yield Buffer.from('行政相对人名称,统一社会信用代码,许可决定文书号,许可内容,许可决定日期,许可机关\n');
  for (let at = 0; at < ROWS;) {
    let part = '';
    for (const end = at + 500; at < end; at++) part += `示例浮云餐饮有限公司,91370303MA99TXT04C,张审批许字〔2026〕第${String(at)}号,热食类食品制售；冷食类食品制售；自制饮品制售；预包装食品销售,2026-03-15,示例市张店区行政审批服务局(演示)\n`;
    yield Buffer.from(part);
  }
}

const held: unknown[] = [];
let [rows, last] = [0, 0];
for await (const row of (await readTable({ stream: Readable.from(longTable()), name: 'long.csv' })).rows) {
  rows++;
  last = row.number;
  if (hold) held.push(row);
}
parentPort?.postMessage({ rows, last });
