import { useEffect, useState } from 'react';

/** The time, for what says how long ago something was. */
export function useNow(everyMs = 10_000): number {
  const [now, set] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
