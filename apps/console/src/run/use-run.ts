import { useEffect, useState, useSyncExternalStore } from 'react';
import { followRun } from './follow-run.js';
import type { RunModel } from './run-model.js';

/** The run as it is, and as it goes on. `version` changes with every change of the model. */
export function useRun(id: string): { model: RunModel | null; version: number; error: unknown } {
  const [model, setModel] = useState<RunModel | null>(null);
  const [error, setError] = useState<unknown>(null);
  // A run that was resumed after its end is followed again.
  const [round, setRound] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setError(null);
    followRun(id, controller.signal, setModel).catch((thrown: unknown) => {
      if (!controller.signal.aborted) setError(thrown);
    });
    const again = (event: Event): void => void ((event as CustomEvent<string>).detail === id && setRound((n) => n + 1));
    window.addEventListener(RESUMED, again);
    return () => {
      window.removeEventListener(RESUMED, again);
      controller.abort();
    };
  }, [id, round]);
  const version = useSyncExternalStore(model?.subscribe ?? nobody, () => model?.version ?? 0);
  return { model, version, error };
}

const RESUMED = 'holdfast-resumed';
export const wasResumed = (id: string): boolean => window.dispatchEvent(new CustomEvent(RESUMED, { detail: id }));
const nobody = (): (() => void) => () => undefined;
