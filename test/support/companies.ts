/** Companies of a test's own, with check characters that are right. */
import { usccCheck } from '#chaincode/facts/check-digit';
import { KIND } from '#gateway/catalogue/kinds';
import type { IssueInput } from '#gateway/acts/licence/inputs';

let last = 0;
export interface Company {
  readonly code: string;
  readonly name: string;
}

export function newCompany(): Company {
  const head = `91370303MA99TX${String(++last).padStart(3, '0')}`;
  return { code: `${head}${usccCheck(head) ?? ''}`, name: `示例第${String(last)}宾馆有限公司` };
}

export const businessLicence = ({ code, name }: Company, face: Readonly<Record<string, unknown>> = {}, change: Partial<IssueInput> = {}): IssueInput => ({
  op: 'issue', kind: KIND.business,
  face: { holderName: name, holderCode: code, personInCharge: '测试甲', number: code, enterpriseType: '有限责任公司', foundedOn: '2026-01-05', premises: '示例市张店区示例路9号', scope: '住宿服务', ...face }, ...change,
});
