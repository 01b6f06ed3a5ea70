/** The home page: what this is, and three doors. */
import { Icon } from './icons.js';
import { useLanguage, useTitle } from './language.js';
import { Link } from './router.js';
import { COMMON } from './words/common.js';
import { HOME } from './words/home.js';

export function HomePage() {
  const { say } = useLanguage();
  useTitle(say(COMMON.tagline));
  return (
    <div class="home">
      <p class="home-kind">{say(COMMON.tagline)}</p>
      <h1 tabIndex={-1}>{say(HOME.title)}</h1>
      <p class="lead">{say(HOME.lead)}</p>
      <div class="doors">
        <Link to="/verify" class="door door-first"><Icon name="scan" size={44} /><span class="door-name">{say(COMMON.verify)}</span><span class="door-text">{say(HOME.verifyText)}</span><Icon name="arrow" /></Link>
        <Link to="/wallet" class="door"><Icon name="person" size={44} /><span class="door-name">{say(COMMON.wallet)}</span><span class="door-text">{say(HOME.walletText)}</span><Icon name="arrow" /></Link>
        <Link to="/issue" class="door"><Icon name="seal" size={44} /><span class="door-name">{say(COMMON.issue)}</span><span class="door-text">{say(HOME.issueText)}</span><Icon name="arrow" /></Link>
      </div>
    </div>
  );
}
