/** Signs beside words, never instead of them: hidden from assistive software. */

const PATHS = {
  check: 'M5 12.500l4.500 4.500L19 7.500',
  cross: 'M6.500 6.500l11 11M17.500 6.500l-11 11',
  pause: 'M9 7v10M15 7v10',
  clock: 'M12 6.500V12l3.500 2.500',
  question: 'M9 9.500a3 3 0 1 1 4.200 2.700c-.8.4-1.200 1-1.200 1.800v.3M12 17.300v.1',
  archive: 'M6.500 9.500h11v8h-11zM6 6.500h12v3H6zM10.500 12.500h3',
  stop: 'M7.500 12h9',
  arrow: 'M5 12h14M13 6l6 6-6 6',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  seal: 'M12 3.500a4 4 0 0 1 2.400 7.200c-.6.5-.9 1-.9 1.700V15h-3v-2.600c0-.7-.3-1.200-.9-1.700A4 4 0 0 1 12 3.500zM5 15h14v3H5zM6.500 20.500h11',
  person: 'M12 11.500a3.800 3.800 0 1 0 0-7.600 3.800 3.800 0 0 0 0 7.600zM4.500 20c.6-3.600 3.600-5.500 7.500-5.500s6.900 1.900 7.500 5.500',
  key: 'M9 14.500a4 4 0 1 1 3.700-5.500H20v3h-2.500v2.500h-3V12h-1.800A4 4 0 0 1 9 14.500zM8.500 10.500v.1',
} as const;
export type IconName = keyof typeof PATHS;
const RINGED: ReadonlySet<IconName> = new Set(['check', 'cross', 'pause', 'clock', 'question', 'archive', 'stop']);

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  const ring = RINGED.has(name);
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {ring && <circle cx="12" cy="12" r="11" fill="currentColor" stroke="none" />}
      <path d={PATHS[name]} fill="none" class={ring ? 'icon-in-ring' : 'icon-line'} stroke-width={ring ? 2.2 : 1.8} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
