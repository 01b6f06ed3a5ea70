/** Who is signed in. The token stays in a cookie that scripts cannot read; here is only what is shown. */
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { call, SESSION_ENDED, type Problem, type Reply } from './api.js';
import { remember, remembered } from './remembered.js';
import type { SessionView } from './types.js';

interface SignedIn {
  readonly session: SessionView | undefined;
  /** The session ended while somebody was at work: what they typed stays. */
  readonly expired: boolean;
  readonly ready: boolean;
  /** Why signing out did not succeed: the session still stands. */
  readonly stuck: Problem | undefined;
  /** @param proof name and password, or the answer to a challenge */
  readonly signIn: (proof: object) => Promise<Problem | undefined>;
  readonly signOut: () => Promise<void>;
  /** All other sessions of the person end. */
  readonly changePassword: (passwords: { readonly old: string; readonly new: string }) => Promise<Problem | undefined>;
  /** Asks anew, after a key has been added. */
  readonly refresh: () => Promise<void>;
}
type State = Pick<SignedIn, 'session' | 'expired' | 'ready' | 'stuck'>;

const NOBODY: State = { session: undefined, expired: false, ready: true, stuck: undefined };
const Context = createContext<SignedIn | undefined>(undefined);

export function SessionProvider({ children }: { children: ComponentChildren }) {
  const [state, setState] = useState<State>(() => ({ ...NOBODY, ready: remembered('signed-in') === undefined }));
  const take = (reply: Reply<SessionView>): Problem | undefined => {
    if (!reply.ok) return reply.problem;
    remember('signed-in', 'yes');
    setState({ ...NOBODY, session: reply.value });
    return undefined;
  };
  useEffect(() => {
    const ended = () => setState((before) => ({ ...before, expired: before.session !== undefined }));
    addEventListener(SESSION_ENDED, ended);
    return () => removeEventListener(SESSION_ENDED, ended);
  }, []);
  useEffect(() => {
    // The public never signs in: without the mark there is nothing to ask for.
    if (state.ready) return;
    void call<SessionView>('/api/session').then((reply) => {
      if (!reply.ok && reply.problem.code === 'NOT_SIGNED_IN') remember('signed-in', undefined);
      if (take(reply)) setState(NOBODY);
    });
  }, []);
  const signIn = async (proof: object) => take(await call('/api/session', { method: 'POST', json: proof }));
  const changePassword = async (passwords: object) => take(await call('/api/session/password', { method: 'PUT', json: passwords }));
  const refresh = async () => void take(await call('/api/session'));
  const signOut = async (): Promise<void> => {
    const reply = await call('/api/session', { method: 'DELETE' });
    // On a shared computer "signed out" must not be said while the session still stands.
    if (!reply.ok) return setState((before) => ({ ...before, stuck: reply.problem }));
    remember('signed-in', undefined);
    setState(NOBODY);
  };
  return <Context.Provider value={{ ...state, signIn, signOut, changePassword, refresh }}>{children}</Context.Provider>;
}

export function useSession(): SignedIn {
  const signedIn = useContext(Context);
  if (!signedIn) throw new Error('no session provider');
  return signedIn;
}

const ACTING: ReadonlySet<string> = new Set(['clerk', 'reviewer', 'approver']);
/** Whether the person may act at all; what exactly, the ledger says. */
export const mayAct = (session: SessionView | undefined): session is SessionView => session?.roles.some((role) => ACTING.has(role)) ?? false;
/** Whether the person has to do with seals: registrars keep them, approvers may stop them and sign their restart. */
export const keepsSeals = (session: SessionView | undefined): session is SessionView => session?.roles.some((role) => role === 'registrar' || role === 'approver') ?? false;
/** Whether the person keeps the records of staff. */
export const isRegistrar = (session: SessionView | undefined): session is SessionView => session?.roles.includes('registrar') ?? false;
/** Whether the person is shown alarms. */
export const seesAlarms = (session: SessionView | undefined): session is SessionView => isRegistrar(session) || isAuditor(session);
/** Whether the person audits: reads what others may not, and acts on nothing. */
export const isAuditor = (session: SessionView | undefined): session is SessionView => session?.roles.includes('auditor') ?? false;
