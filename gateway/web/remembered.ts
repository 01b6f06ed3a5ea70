/** Small choices kept in the browser. A browser that keeps nothing works too. */

type Name = 'language' | 'signed-in';

export function remembered(name: Name): string | undefined {
  try {
    return localStorage.getItem(`yizheng.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: Name, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`yizheng.${name}`);
    else localStorage.setItem(`yizheng.${name}`, value);
  } catch {
    // Private windows may refuse: then the choice lasts as long as the page.
  }
}
