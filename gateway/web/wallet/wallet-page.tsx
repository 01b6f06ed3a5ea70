/** The wallet, made for a phone: the device signs its holder in by itself; where there is none yet, a counter makes it one. */
import { useEffect, useState } from 'preact/hooks';
import { HOLDER_WORDS } from '../../messages/holders.js';
import { type Problem } from '../api.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { learn } from '../words/codes.js';
import { COMMON } from '../words/common.js';
import { MEMBERS } from '../words/members.js';
import { WALLET } from '../words/wallet.js';
import { Applications } from './applications.js';
import { forget, keep, keptDevice, type DeviceKey } from './device-key.js';
import { Gone, OwnData } from './erasure.js';
import { Grants } from './grants.js';
import { Licences } from './licences.js';
import { Log } from './log.js';
import { Identities } from './identities.js';
import { PairForm, Waiting } from './pair-form.js';
import { ProviderSignIn } from './provider.js';
import { Reading } from './reading.js';
import { Mandates } from './mandates.js';
import { People } from './people.js';
import { ScopeRows } from './scope.js';
import { Show } from './show.js';
import { OtherDevices, ThisDevice } from './this-device.js';
import { may, ownsAll, readingSession, signIn, type Opened } from './wallet.js';

learn(HOLDER_WORDS);

type State = { readonly at: 'loading' | 'none' | 'erased' } | { readonly at: 'waiting' | 'ended'; readonly device: DeviceKey } | { readonly at: 'open'; readonly opened: Opened } | { readonly at: 'failed'; readonly problem: Problem };

export function WalletPage({ section }: { section: string }) {
  const { say } = useLanguage();
  useTitle(say(COMMON.wallet));
  const [state, setState] = useState<State>({ at: 'loading' });
  const beginAgain = async (): Promise<void> => {
    await forget();
    setState({ at: 'none' });
  };
  const begin = async (): Promise<void> => {
    const device = await keptDevice();
    // What the provider did not confirm is told where one begins.
    if (device?.registered === false && location.hash.startsWith('#PROVIDER_')) return beginAgain();
    setState(device ? await entered(device) : { at: 'none' });
  };
  useEffect(() => void begin(), []);
  if (state.at === 'open') return <>{state.opened.reading && <Reading opened={state.opened} look={begin} />}<Open opened={state.opened} section={section} ended={() => void begin()} /></>;
  return (
    <section class="sheet narrow">
      <h1 tabIndex={-1}>{say(COMMON.wallet)}</h1>
      {state.at === 'loading' && <Loading />}
      {state.at === 'failed' && <ProblemNotice problem={state.problem}><button type="button" onClick={() => void begin()}>{say(COMMON.retry)}</button></ProblemNotice>}
      {state.at === 'none' && <><PairForm brought={(device) => setState({ at: 'waiting', device })} /><ProviderSignIn /></>}
      {state.at === 'waiting' && <Waiting device={state.device} look={begin} beginAgain={() => void beginAgain()} />}
      {state.at === 'erased' && <Gone beginAgain={() => void beginAgain()} />}
      {state.at === 'ended' && <><p class="notice notice-caution" role="alert">{say(WALLET.ended)}</p><button type="button" class="primary big" onClick={() => void beginAgain()}>{say(WALLET.setUpAgain)}</button></>}
    </section>
  );
}

async function entered(device: DeviceKey): Promise<State> {
  const reply = await signIn(device);
  if (reply.ok) {
    if (!device.registered) await keep({ ...device, registered: true });
    return { at: 'open', opened: reply.value };
  }
  if (reply.problem.code === 'SUBJECT_ERASED') return { at: 'erased' };
  if (reply.problem.code !== 'DEVICE_REFUSED') return { at: 'failed', problem: reply.problem };
  const reading = device.registered ? undefined : await readingSession(device);
  return reading ? { at: 'open', opened: reading } : { at: device.registered ? 'ended' : 'waiting', device };
}

const SECTIONS = [
  { section: '', word: WALLET.licences, act: 'show' }, { section: 'grants', word: WALLET.grants, act: 'grant' }, { section: 'applications', word: MEMBERS.applications, act: 'apply' },
  { section: 'log', word: WALLET.log, act: 'members' }, { section: 'people', word: MEMBERS.title, act: undefined },
] as const;

function Open({ opened, section, ended }: { opened: Opened; section: string; ended: () => void }) {
  const { say } = useLanguage();
  return (
    <>
      <nav class="wallet-nav" aria-label={say(COMMON.wallet)}>
        {SECTIONS.filter(({ act, section: own }) => own === '' || act === undefined || may(opened, act)).map((each) => <Link key={each.section} to={each.section === '' ? '/wallet' : `/wallet/${each.section}`} {...(each.section === section ? { 'aria-current': 'page' as const } : {})}>{say(each.word)}</Link>)}
      </nav>
      {section === '' && <Home opened={opened} ended={ended} />}
      {section === 'show' && !opened.reading && may(opened, 'show') && <Show opened={opened} />}
      {section === 'grants' && <Grants opened={opened} />}
      {section === 'applications' && <Applications opened={opened} />}
      {section === 'log' && <Log opened={opened} />}
      {section === 'people' && <Mandates opened={opened}>{may(opened, 'members') && <People opened={opened} />}</Mandates>}
    </>
  );
}

function Home({ opened, ended }: { opened: Opened; ended: () => void }) {
  const { say } = useLanguage();
  const own = ownsAll(opened);
  return (
    <>
      {may(opened, 'show') && <Licences opened={opened} />}
      {own && <Identities opened={opened} />}
      {opened.scope && <section class="sheet"><h2>{say(MEMBERS.ownScope)}</h2><dl class="wallet-rows"><ScopeRows scope={opened.scope} /></dl></section>}
      {!opened.reading && <ThisDevice opened={opened} ended={ended} />}
      {!opened.scope && !opened.reading && <OtherDevices opened={opened} />}
      {own && !opened.reading && <OwnData opened={opened} />}
    </>
  );
}
