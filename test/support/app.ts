/** The app over a fresh demo, closed and removed with the tests of a file. */
import t from 'tap';
import { buildApp, type App } from '#gateway/app';
import { install, type Installation } from '#test/support/installation';

export interface InstalledApp {
  readonly installation: Installation;
  readonly app: App;
  /** Headers of somebody who has signed in. */
  authorized(who: { readonly staff: string; readonly agency: string }): { authorization: string };
}

export async function installApp(): Promise<InstalledApp> {
  const installation = await install();
  const { services } = installation;
  const app = await buildApp({ services, rateLimits: false });
  await app.ready();
  t.teardown(async () => {
    await app.close();
    await installation.remove();
  });
  const authorized = ({ staff, agency }: { staff: string; agency: string }) => ({ authorization: `Bearer ${app.jwt.sign({ staff, agency, displayName: '', method: 'password', ...services.sessions.begin(staff) })}` });
  return { installation, app, authorized };
}
