/** Synthetic identifiers that pass every check and belong to nobody (docs: sample data). */
import { mod11_10, usccCheck } from '#chaincode/facts/check-digit';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Food permit number of the demo district with a serial of six digits. */
export function foodNumber(serial: number): string {
  const digits = `2370303${String(serial).padStart(6, '0')}`;
  return `JY${digits}${mod11_10(digits) ?? ''}`;
}

/** An enterprise code with MA99TX; 29,791 different ones. */
export function enterpriseCode(index: number): string {
  const base = ALPHABET.length;
  const tail = [Math.floor(index / base ** 2) % base, Math.floor(index / base) % base, index % base].map((digit) => ALPHABET[digit] ?? '0').join('');
  const first = `91370303MA99TX${tail}`;
  return `${first}${usccCheck(first) ?? ''}`;
}

export const foodFace = (serial: number): Record<string, string> => ({
  holderName: `示例餐饮第${String(serial)}店`, holderCode: enterpriseCode(serial), personInCharge: '测试甲', premises: `示例路${String(serial)}号`, businessForm: '餐饮服务经营者', scope: '热食类食品制售；冷食类食品制售', number: foodNumber(serial),
});

/** An agency's own table of food permits, CSV. */
export function* foodTable(rows: number, from = 0): Generator<string> {
  yield '经营者名称,统一社会信用代码,法定代表人（负责人）,经营场所,主体业态,经营项目,许可证编号,有效期至\r\n';
  for (let i = from; i < from + rows; i++) {
    const face = foodFace(i);
    yield `${[face['holderName'], face['holderCode'], face['personInCharge'], face['premises'], face['businessForm'], face['scope'], face['number'], '2030-12-31'].join(',')}\r\n`;
  }
}
