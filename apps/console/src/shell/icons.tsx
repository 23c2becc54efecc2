import type { ReactNode } from 'react';

/** Line drawings on a 24 by 24 grid. */
const PATHS = {
  runs: 'M4 18l5-6 4 3 7-9M16 6h4v4',
  approvals: 'M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4',
  corpora: 'M5 4h10l4 4v12H5zM15 4v4h4M8 12h8M8 16h6',
  cards: 'M7 7h12v12H7zM4 16V4h12',
  worlds: 'M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  schedules: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 3',
  batches: 'M4 7l8-4 8 4-8 4zM4 12l8 4 8-4M4 17l8 4 8-4',
  runtimes: 'M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01',
  models: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
  docs: 'M4 5c3-1 6-1 8 1 2-2 5-2 8-1v14c-3-1-6-1-8 1-2-2-5-2-8-1zM12 6v14',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5',
  moon: 'M20 14A8 8 0 1110 4a6.5 6.5 0 0010 10z',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4l12 8-12 8z',
  stop: 'M6 6h12v12H6z',
  send: 'M4 12l16-8-6 16-3-7z',
  plus: 'M12 5v14M5 12h14',
  back: 'M9 14l-4-4 4-4M5 10h9a5 5 0 010 10h-3',
  fork: 'M7 4v16M7 12c6 0 10-2 10-8M17 4v1',
  compare: 'M8 4v16M16 4v16M3 9h5M16 15h5',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  out: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  upload: 'M12 16V4M7 9l5-5 5 5M4 20h16',
  refresh: 'M20 11a8 8 0 10-2 6M20 4v7h-7',
} as const;
export type IconName = keyof typeof PATHS;

/** For the eye only: whatever it stands in has a name of its own. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.8} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
