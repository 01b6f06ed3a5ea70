/** Who is signed in. The token stays in a cookie that scripts cannot read; here is only what is shown. */
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { call, type Problem } from './api.js';
import { remember, remembered } from './remembered.js';
import type { SessionView } from './types.js';

interface SignedIn {
  readonly session: SessionView | undefined;
  /** The session ended while somebody was at work: what they typed stays. */
  readonly expired: boolean;
  readonly ready: boolean;
  readonly signIn: (name: string, password: string) => Promise<Problem | undefined>;
  readonly signOut: () => Promise<void>;
  readonly noteExpired: () => void;
  /** Asks anew, after a key has been added. */
  readonly refresh: () => Promise<void>;
}

const Context = createContext<SignedIn | undefined>(undefined);

export function SessionProvider({ children }: { children: ComponentChildren }) {
  const [state, setState] = useState<{ session: SessionView | undefined; expired: boolean; ready: boolean }>(() => ({ session: undefined, expired: false, ready: remembered('signed-in') === undefined }));
  useEffect(() => {
    // The public never signs in: without the mark there is nothing to ask for.
    if (state.ready) return;
    void call<SessionView>('/api/session').then((reply) => {
      if (!reply.ok && reply.problem.code === 'NOT_SIGNED_IN') remember('signed-in', undefined);
      setState({ session: reply.ok ? reply.value : undefined, expired: false, ready: true });
    });
  }, []);
  const signIn = async (name: string, password: string): Promise<Problem | undefined> => {
    const reply = await call<SessionView>('/api/session', { method: 'POST', json: { name, password } });
    if (!reply.ok) return reply.problem;
    remember('signed-in', 'yes');
    setState({ session: reply.value, expired: false, ready: true });
    return undefined;
  };
  const signOut = async (): Promise<void> => {
    await call('/api/session', { method: 'DELETE' });
    remember('signed-in', undefined);
    setState({ session: undefined, expired: false, ready: true });
  };
  const refresh = async (): Promise<void> => {
    const reply = await call<SessionView>('/api/session');
    if (reply.ok) setState({ session: reply.value, expired: false, ready: true });
  };
  const noteExpired = () => setState((before) => ({ ...before, expired: true }));
  return <Context.Provider value={{ ...state, signIn, signOut, noteExpired, refresh }}>{children}</Context.Provider>;
}

export function useSession(): SignedIn {
  const signedIn = useContext(Context);
  if (!signedIn) throw new Error('no session provider');
  return signedIn;
}

const ACTING: ReadonlySet<string> = new Set(['clerk', 'reviewer', 'approver']);
/** Whether the person may act at all; what exactly, the ledger says. */
export const mayAct = (session: SessionView | undefined): session is SessionView => session?.roles.some((role) => ACTING.has(role)) ?? false;
