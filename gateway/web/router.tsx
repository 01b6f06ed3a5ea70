/** Which page is shown, by the path of the address. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const CHANGED = 'yizheng:navigated';

export function navigate(path: string): void {
  history.pushState(undefined, '', path);
  dispatchEvent(new Event(CHANGED));
  scrollTo(0, 0);
}

/** The address without its origin, anew after every navigation. */
export function useLocation(): { path: string; hash: string; moved: boolean } {
  const read = (moved: boolean) => ({ path: location.pathname, hash: location.hash, moved });
  const [place, setPlace] = useState(() => read(false));
  useEffect(() => {
    const update = () => setPlace(read(true));
    for (const event of [CHANGED, 'popstate', 'hashchange']) addEventListener(event, update);
    return () => {
      for (const event of [CHANGED, 'popstate', 'hashchange']) removeEventListener(event, update);
    };
  }, []);
  return place;
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly 'aria-current'?: 'page';
  readonly 'aria-label'?: string;
  readonly children: ComponentChildren;
}

/** An ordinary link; a plain click changes the page without loading it anew. */
export function Link({ to, children, ...rest }: LinkProps) {
  const click = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a {...rest} href={to} onClick={click}>{children}</a>;
}
