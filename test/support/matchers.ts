/** Matchers that assert the class and the code of what went wrong, never its text. */
import type { Test } from 'tap';
import type { RefusalCode } from '#chaincode/facts/refusal';
import type { Result } from '#chaincode/rules/batch';
import { GatewayFault, type FaultCode } from '#gateway/fault';

/** The command was carried out. */
export function carried(t: Test, result: Result | undefined, detail: Readonly<Record<string, unknown>> = {}): void {
  t.match(result, { ok: true, ...detail }, 'carried out');
}

/** The command was refused with exactly this code. */
export function refuses(t: Test, result: Result | undefined, code: RefusalCode, field?: string): void {
  t.strictSame(result && (result.ok ? 'carried out' : result.code), code, `refused with ${code}`);
  if (field !== undefined) t.match(result, { field });
}

/** The call fails with an error of the class and the code. */
export async function failsWith(t: Test, work: () => unknown, type: new (...args: never[]) => Error, code: string): Promise<void> {
  const error: unknown = await Promise.resolve().then(work).then(() => undefined, (reason: unknown) => reason);
  t.ok(error instanceof type, `${type.name}, not ${error instanceof Error ? error.constructor.name : String(error)}`);
  t.equal((error as { code?: unknown } | undefined)?.code, code);
}

/** A gateway fault; for REFUSED also the rule's code. */
export async function faults(t: Test, work: () => unknown, code: FaultCode, refusal?: RefusalCode): Promise<void> {
  const error: unknown = await Promise.resolve().then(work).then(() => undefined, (reason: unknown) => reason);
  t.ok(error instanceof GatewayFault, `GatewayFault, not ${String(error)}`);
  if (!(error instanceof GatewayFault)) return;
  t.equal(error.code, code);
  t.equal(error.refusal, refusal);
}
