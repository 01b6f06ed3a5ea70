/** A bulk signer compares what the gateway prepared with the table on the own machine: each way of slipping something in is refused. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { dayOf, instantOf, SHANGHAI } from '#chaincode/facts/calendar';
import { base64url, sha256 } from '#chaincode/facts/hash';
import { inputRows, type BulkParams } from '#gateway/acts/licence/bulk-rows';
import type { BulkJob } from '#gateway/acts/licence/bulk';
import { checkManifest, ManifestFault, type ManifestRow, type Signing } from '#gateway/acts/licence/manifest';
import { KIND } from '#gateway/catalogue/kinds';
import { BUREAU } from '#gateway/demo';
import { readTable } from '#gateway/tables/index';
import { install } from '#test/support/installation';
import { enterpriseCode, foodTable } from '#test/support/samples';

const installation = await install();
t.teardown(() => installation.remove());
const clerk = installation.acting('clerk');
const { uploads, queue, bulk, projection } = installation.services;
const today = dayOf(instantOf(installation.clock.now()), SHANGHAI);

/** 300 rows, more than one chunk, the third with a wrong number; the header is row 1 of the file. */
const rows = [...foodTable(300)];
const table = rows.map((row, i) => (i === 3 ? row.replace('JY2', 'JY9') : row)).join('');

async function prepared(stream: Readable, params: Pick<BulkParams, 'type' | 'kind'>): Promise<BulkJob> {
  const job = await queue.add(clerk.agency, clerk.staff, { upload: await uploads.keep(stream), name: 'table.csv', dryRun: false, ...params });
  while (job.state === 'preparing') await delay(20);
  return job;
}

async function manifestOf(job: BulkJob): Promise<ManifestRow[]> {
  const manifest: ManifestRow[] = [];
  for await (const row of bulk.manifest(job)) manifest.push(row);
  return manifest;
}

const signing = (job: BulkJob): Signing => ({
  digest: job.plan?.digest ?? '', ledger: projection.get('ledger', 'settings')?.ledger ?? '', agency: clerk.agency, kind: job.params.kind === undefined ? undefined : projection.get('kind', job.params.kind), today,
});

async function fault(manifest: readonly ManifestRow[], text: string, given: Signing): Promise<string | undefined> {
  try {
    await checkManifest((async function* () { yield* manifest; })(), inputRows(await readTable({ stream: Readable.from([Buffer.from(text)]), name: 'table.csv' }), { type: 'issue' }, given.kind), given);
    return undefined;
  } catch (error) {
    if (error instanceof ManifestFault) return error.message;
    throw error;
  }
}

void t.test('a bulk issue', async (t) => {
  const job = await prepared(Readable.from([table]), { type: 'issue', kind: KIND.food });
  const manifest = await manifestOf(job);
  const given = signing(job);
  t.equal(manifest.length, 299, 'the refused row is not in it');
  t.equal(await fault(manifest, table, given), undefined);

  const first = manifest[0];
  if (first?.document === undefined) throw new Error('no document');
  const changed = (change: Partial<ManifestRow>) => manifest.map((row, i) => (i === 0 ? { ...row, ...change } : row));
  const [header = '', payload = ''] = first.document.signingInput.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { _sd: string[]; certificateIdentifier: string };
  const documented = (disclosures: readonly string[], other: object = {}) => {
    const document = { signingInput: `${header}.${base64url(Buffer.from(JSON.stringify({ ...claims, _sd: disclosures.map((each) => base64url(sha256(each))), ...other })))}`, disclosures };
    return changed({ document, content: base64url(sha256(document.signingInput)) });
  };
  const { disclosures } = first.document;
  const other = disclosures.map((each) => base64url(Buffer.from(Buffer.from(each, 'base64url').toString().replace('测试甲', '测试乙'))));
  const cases: readonly (readonly [name: string, manifest: readonly ManifestRow[], fault: string])[] = [
    ['an act left out', manifest.slice(1), 'ROOT_DIFFERS'],
    ['two acts exchanged', [manifest[1], manifest[0], ...manifest.slice(2)].filter((row) => row !== undefined), 'ROW_NOT_IN_TABLE in row 2'],
    ['an act more, for a row that was refused', [manifest[0], manifest[1], { ...first, row: 4 }, ...manifest.slice(2)].filter((row) => row !== undefined), 'FACE_DIFFERS in row 4'],
    ['an act more, for no row', [...manifest, { ...first, row: 302 }], 'ROW_NOT_IN_TABLE in row 302'],
    ['another term', changed({ act: { ...first.act, validUntil: '2099-12-30' } as ManifestRow['act'] }), 'ACT_DIFFERS in row 2'],
    ...Object.entries({ issuedOn: '2020-01-01', validFrom: '2020-01-01', effectiveOn: '2020-01-01', decidedBy: '113703030099993087', reason: 'CORRECTION', basis: 'SPAQF-124', docNo: 'x', schema: 2, conditions: [], promise: 'x', automatic: {}, members: [] })
      .map(([name, value]) => [`another ${name} than the table's, or than usual`, changed({ act: { ...first.act, [name]: value } as ManifestRow['act'] }), 'ACT_DIFFERS in row 2'] as const),
    ['another holder', changed({ act: { ...first.act, subject: `uscc:${enterpriseCode(7)}` } as ManifestRow['act'] }), 'ACT_DIFFERS in row 2'],
    ['another kind of act', changed({ act: { ...first.act, op: 'licence.import' } as ManifestRow['act'] }), 'ACT_DIFFERS in row 2'],
    ['another request id', changed({ requestId: 'AAAAAAAAAAAAAAAAAAAAAA' }), 'ROOT_DIFFERS'],
    ['a document that is not the one named', changed({ content: base64url(sha256('other')) }), 'DOCUMENT_DIFFERS in row 2'],
    ['another face in the document', documented(other), 'FACE_DIFFERS in row 2'],
    ['a field kept from sight', documented(disclosures.slice(1)), 'FACE_DIFFERS in row 2'],
    ['a hidden field', documented(disclosures, { _sd: [...claims._sd, base64url(sha256('hidden'))] }), 'DOCUMENT_DIFFERS in row 2'],
    ['the document of another licence', documented(disclosures, { certificateIdentifier: `${claims.certificateIdentifier}0` }), 'DOCUMENT_DIFFERS in row 2'],
  ];
  for (const [name, each, expected] of cases) t.equal(await fault(each, table, given), expected, name);
  t.equal(await fault(manifest, table.replace('示例餐饮第0店', '示例餐饮第零店'), given), 'FACE_DIFFERS in row 2', 'the table itself differs');
  t.equal(await fault(manifest, table, { ...given, digest: base64url(sha256('other')) }), 'ROOT_DIFFERS', 'another root');
  t.equal(await fault([], table, given), 'ROOT_DIFFERS', 'nothing at all');
});

void t.test('an import', async (t) => {
  const columns = ['行政相对人名称', '行政相对人类别', '行政相对人代码_1(统一社会信用代码)', '法定代表人', '行政许可决定文书名称', '行政许可决定文书号', '许可类别', '许可证书名称', '许可编号', '许可内容', '许可决定日期', '有效期自', '有效期至', '许可机关', '许可机关统一社会信用代码', '当前状态', '数据来源单位', '数据来源单位统一社会信用代码', '备注'];
  const line = (i: number) => ['示例店', '法人及非法人组织', enterpriseCode(i), '测试甲', '准予行政许可决定书', `（演示）许字〔2026〕第${String(i)}号`, '普通', '示例证', `S-${String(i)}`, '示例内容', '2026-03-01', '2026-03-01', '2099-12-31', BUREAU.name, BUREAU.code, '有效', BUREAU.name, BUREAU.code, ''].join(',');
  const text = [columns.join(','), ...Array.from({ length: 150 }, (_, i) => line(i))].join('\n');
  const job = await prepared(Readable.from([text]), { type: 'import' });
  t.equal(job.state, 'waiting');
  const manifest = await manifestOf(job);
  const given = signing(job);
  const check = async (rows: readonly ManifestRow[]) =>
    checkManifest((async function* () { yield* rows; })(), inputRows(await readTable({ stream: Readable.from([Buffer.from(text)]), name: 'table.csv' }), { type: 'import' }, undefined), given);
  t.equal(await check(manifest), manifest.length);
  t.equal(manifest.length, 150);
  const changes = { docNo: 'x', status: 'REVOKED', source: '113703030099993087', subject: `uscc:${enterpriseCode(900)}`, validFrom: '2020-01-01', validUntil: '2098-12-31', effectiveOn: '2020-01-01', decidedBy: '113703030099993087', reason: 'CORRECTION', basis: 'SPAQF-124', licence: manifest[0]?.act.licence.replace('.113703030099999063.', '.113703030099993087.') };
  for (const [name, value] of Object.entries(changes)) await t.rejects(check(manifest.map((row, i) => (i === 0 ? { ...row, act: { ...row.act, [name]: value } as ManifestRow['act'] } : row))), { code: 'ACT_DIFFERS' }, name);
  await t.rejects(check(manifest.map((row, i) => (i === 0 ? { ...row, content: base64url(sha256('x')) } : row))), { code: 'FACE_DIFFERS' });
});
