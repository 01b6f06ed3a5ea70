/** The registrar's desk: passkeys that wait for approval, and the staff whose records are kept here. */
import { useLanguage, useTitle } from '../language.js';
import { Loading } from '../notice.js';
import { isRegistrar, useSession } from '../session.js';
import { SignIn } from '../issue/sign-in.js';
import { STAFF } from '../words/staff.js';
import { PendingPasskeys } from './pending-passkeys.js';
import { StaffList } from './staff-list.js';

export function StaffPage() {
  const { say } = useLanguage();
  useTitle(say(STAFF.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const heading = <><h1 tabIndex={-1}>{say(STAFF.title)}</h1><p class="fine">{session.agencyName}</p></>;
  if (!isRegistrar(session)) return <section class="sheet">{heading}<p>{say(STAFF.only)}</p></section>;
  return (
    <>
      <section class="sheet">{heading}<PendingPasskeys session={session} /></section>
      <section class="sheet"><StaffList session={session} /></section>
    </>
  );
}
