/** HTTP to the gateway: one place for addresses, sign-in, problems. */
import { setTimeout as delay } from 'node:timers/promises';
import { canonical } from '#chaincode/facts/canonical';
import { sha256 } from '#chaincode/facts/hash';
import { signDigest, type KeyFile } from '#gateway/acts/licence/sign';
import { CliError, EXIT } from './exit.js';
import { readJson } from './files.js';
import { say } from './language.js';
import type { SessionStore, Whose } from './session-store.js';

const REQUEST_MS = 60_000;
/** Where no session is kept, a script of many commands signs in with each; when it is too often for the gateway, it waits as it is told to. */
const SIGN_IN_WAITS = 3;
const WAIT_SECONDS_MAX = 60;

interface Problem {
  readonly code: string;
  readonly title: string;
  readonly zh?: string;
  readonly status: number;
  readonly detail?: string;
  readonly detailZh?: string;
  readonly fields?: readonly { readonly field: string; readonly code: string; readonly zh?: string; readonly en?: string }[];
}

export interface Connection {
  readonly gateway: string;
  readonly keyFile?: KeyFile | undefined;
  /** Where tokens are kept between commands; without it every client signs in anew. */
  readonly sessions?: SessionStore | undefined;
  /** Told before the client waits until it may sign in again. */
  readonly onWait?: (seconds: number) => void;
}

/** @throws CliError where the file is not a key file of ours */
export function readKeyFile(path: string): KeyFile {
  const value = (readJson(path, { zh: '密钥文件', en: 'a key file' }) ?? {}) as Partial<KeyFile>;
  if (value.format !== 'yizheng-key/1' || !value.staff || !value.key || !value.privateKey || !value.agency) throw new CliError(EXIT.usage, `${path} is not a key file (yizheng-key/1)`);
  return value as KeyFile;
}

/** A person and those beside him, each once. @throws CliError where a key file is of somebody who signs already */
export function cosigned(own: KeyFile, paths: readonly string[]): readonly KeyFile[] {
  const signers = [own];
  for (const path of paths) {
    const file = readKeyFile(path);
    if (signers.some(({ staff }) => staff === file.staff)) throw new CliError(EXIT.usage, `--cosign ${path}: ${say({ zh: '这是已签名的同一人的密钥，须由另一人签名', en: 'this key is of a person who signs already: another person must cosign' })}`);
    signers.push(file);
  }
  return signers;
}

const NEEDS_KEY = 'this needs your key: --key FILE or YIZHENG_KEY';

/** What a key signs to sign in: never an act (docs/decisions/0005). */
const sessionDigest = (ledger: string, staff: string, challenge: string): Uint8Array => sha256('yizheng/session/1\0', canonical({ challenge, ledger, staff }));

export class Client {
  readonly #connection: Connection;
  #token: string | undefined;
  /** Whether the token is one that an earlier command left: it may have been ended since. */
  #isKept = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The same gateway, asked by somebody else, or by nobody in particular. */
  as(keyFile: KeyFile | undefined): Client {
    return new Client({ ...this.#connection, keyFile });
  }

  /** The signer's key file. @throws CliError where none was given */
  get key(): KeyFile {
    const { keyFile } = this.#connection;
    if (!keyFile) throw new CliError(EXIT.usage, NEEDS_KEY);
    return keyFile;
  }

  async get<T>(path: string): Promise<T> {
    return (await this.send('GET', path)).json() as Promise<T>;
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return (await this.send('POST', path, JSON.stringify(body), 'application/json')).json() as Promise<T>;
  }

  /** For the operator, who signs in as nobody. @param pass of `operatorPass` */
  async operate<T>(method: string, path: string, pass: string, body?: object): Promise<T> {
    const response = await this.#fetch(path, { method, signal: AbortSignal.timeout(REQUEST_MS), headers: { authorization: pass, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }) });
    return response.json() as Promise<T>;
  }

  /** The ledger that this gateway serves, base64url; signatures are for it alone. */
  async ledger(): Promise<string> {
    return ((await (await this.#patiently('/api/session/challenge', {})).json()) as { ledger: string }).ledger;
  }

  /** @throws CliError with the problem's code; unavailable where nobody answers */
  async send(method: string, path: string, body?: RequestInit['body'], type?: string, signal?: AbortSignal): Promise<Response> {
    if (!PUBLIC.test(path)) await this.#signIn();
    const send = () => this.#fetch(path, {
      method, ...(body === undefined ? {} : { body, duplex: 'half' }), signal: signal ?? AbortSignal.timeout(REQUEST_MS),
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }) },
    });
    // A stream goes once: whether the kept session still stands is asked before it.
    if (this.#isKept && body !== undefined && typeof body !== 'string') await this.#again(() => this.#fetch('/api/session', { headers: { authorization: `Bearer ${this.#token ?? ''}` } }));
    return this.#isKept ? this.#again(send) : send();
  }

  /** With a kept token first, and once more after a new sign-in where that one is refused. */
  async #again(send: () => Promise<Response>): Promise<Response> {
    try {
      const response = await send();
      this.#isKept = false;
      return response;
    } catch (error) {
      if (!(error instanceof CliError) || (error.detail as { readonly code?: string } | undefined)?.code !== 'NOT_SIGNED_IN') throw error;
      this.#connection.sessions?.forget(this.#whose());
      [this.#token, this.#isKept] = [undefined, false];
      await this.#signIn();
      return send();
    }
  }

  #whose(): Whose {
    return { gateway: this.#connection.gateway, staff: this.key.staff, key: this.key.key };
  }

  async #signIn(): Promise<void> {
    if (this.#token !== undefined || (this.#connection.keyFile === undefined)) return;
    this.#token = this.#connection.sessions?.find(this.#whose());
    this.#isKept = this.#token !== undefined;
    if (this.#isKept) return;
    const { challenge, ledger } = (await (await this.#patiently('/api/session/challenge', {})).json()) as { challenge: string; ledger: string };
    const actor = signDigest(this.key, sessionDigest(ledger, this.key.staff, challenge));
    const answer = await this.#patiently('/api/session', { method: 'POST', body: JSON.stringify({ challenge, actor }), headers: { 'content-type': 'application/json' } });
    const { token } = (await answer.json()) as { token: string };
    this.#token = token;
    this.#connection.sessions?.keep(this.#whose(), token);
  }

  async #patiently(path: string, init: RequestInit): Promise<Response> {
    for (let waits = 0; ; waits++) {
      try {
        return await this.#fetch(path, init);
      } catch (error) {
        const { code, retryAfter } = (error instanceof CliError ? (error.detail ?? {}) : {}) as { readonly code?: string; readonly retryAfter?: string };
        const seconds = code === 'TOO_MANY_REQUESTS' ? Number(retryAfter) : NaN;
        if (!(seconds <= WAIT_SECONDS_MAX) || waits === SIGN_IN_WAITS) throw error;
        this.#connection.onWait?.(seconds);
        await delay(1_000 * seconds);
      }
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.#connection.gateway}${path}`, init);
    } catch (cause) {
      throw new CliError(EXIT.unavailable, `the gateway ${this.#connection.gateway} does not answer; look at its address (--gateway URL or YIZHENG_GATEWAY; of another agency's gateway the option that names it)`, { cause });
    }
    if (response.ok) return response;
    const retryAfter = response.headers.get('retry-after') ?? undefined;
    if (response.status === 401 && this.#connection.keyFile === undefined) throw new CliError(EXIT.usage, NEEDS_KEY);
    throw problemError((await response.json().catch(() => ({ code: 'INTERNAL', title: `HTTP ${String(response.status)}`, status: response.status }))) as Problem, retryAfter);
  }
}

/** Paths that need no sign-in; the others get one where a key was given. */
const PUBLIC = /^\/api\/(?:(?:verify|status|numbers|ledger|codes|bundle)\b|kinds$)/;

type FieldOfProblem = NonNullable<Problem['fields']>[number];

/** A parameter that is not of its form is a sentence already; the path to it is for programs. */
function lineOf({ field, code, zh, en }: FieldOfProblem, title: string): string {
  const words = en === undefined || en === code ? undefined : say({ zh: zh ?? en, en });
  if (words === undefined || words === title) return `${field}: ${code}`;
  return code === 'SCHEMA' ? words : `${field}: ${code} (${words})`;
}

function problemError({ code, title, zh = title, status, detail, detailZh = detail, fields = [] }: Problem, retryAfter?: string): CliError {
  const where = fields.map((fault) => `\n  ${lineOf(fault, say({ zh, en: title }))}`).join('');
  const hint = code === 'ACTORS_TOO_FEW' ? `\n  ${say({ zh: '补上第二人：--cosign FILE（其密钥文件）；不在场的，用 --propose 先签', en: 'add the second person: --cosign FILE, with his key file; or --propose to sign first where he is elsewhere' })}` : '';
  const more = detail === undefined || detailZh === undefined ? '' : `\n  ${say({ zh: detailZh, en: detail })}`;
  const exit = code === 'REQUEST_MALFORMED' ? EXIT.usage : status === 503 || status === 202 ? EXIT.unavailable : status === 404 ? EXIT.notFound : status === 502 ? EXIT.untrusted : status >= 500 ? EXIT.internal : EXIT.refused;
  return new CliError(exit, `${code}: ${say({ zh, en: title })}${more}${where}${hint}`, { code, ...(detail === undefined ? {} : { detail }), ...(retryAfter === undefined ? {} : { retryAfter }), fields });
}
