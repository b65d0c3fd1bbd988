const PATHS = {
  play: 'M7 4.5v15l12-7.5z',
  pause: 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z',
  start: 'M6 5h2.2v14H6zM19 5v14l-9.5-7z',
  end: 'M15.8 5H18v14h-2.2zM5 5v14l9.5-7z',
  back: 'M15.5 5v14L6 12z',
  step: 'M8.5 5v14l9.5-7z',
  timer:
    'M12 6.2a7.3 7.3 0 1 0 0 14.6 7.3 7.3 0 0 0 0-14.6zm0 1.9a5.4 5.4 0 1 1 0 10.8 5.4 5.4 0 0 1 0-10.8zM11 9.6h2v4.2h-2zM9.5 3h5v2h-5z',
  undo: 'M9 5 3.5 10 9 15v-3.6h5.2a3.4 3.4 0 0 1 0 6.8H9v2.3h5.2a5.7 5.7 0 1 0 0-11.4H9z',
} as const;

/** A sign on a button; its name is the button's. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}
