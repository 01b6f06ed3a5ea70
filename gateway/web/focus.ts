import { useLayoutEffect, useRef } from 'preact/hooks';

/** A ref whose element has the focus as soon as it is there: before the page is painted, so that no key the user presses next goes elsewhere. */
export function useFocus<T extends HTMLElement>() {
  const element = useRef<T>(null);
  useLayoutEffect(() => element.current?.focus(), []);
  return element;
}
