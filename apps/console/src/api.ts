import { QueryClient } from '@tanstack/react-query';
import { ApiError, type Client, createClient } from '#client';

const KEY = 'holdfast-api-key';
const headers: Record<string, string> = {};
takeKey(sessionStorage.getItem(KEY));

/** The typed client of the API that served this page. */
export const api: Client = createClient({ baseUrl: '', headers, retry: { attempts: 6 } });

/** A client whose requests report how much of their body has left, which `fetch` cannot. */
export const uploader = (send: typeof fetch): Client => createClient({ baseUrl: '', headers, retry: { attempts: 1 }, fetch: send });

/** Kept for as long as the tab is open. */
function takeKey(key: string | null): void {
  if (key && /^[\x21-\x7e]+$/.test(key)) {
    sessionStorage.setItem(KEY, key);
    headers['authorization'] = `Bearer ${key}`;
  } else {
    sessionStorage.removeItem(KEY);
    delete headers['authorization'];
  }
}

/** Takes a key for this tab and asks everything anew; where it is good, Temporal's Web UI may have its payloads decoded too. */
export function enter(key: string): void {
  takeKey(key);
  void queryClient.resetQueries();
  api.openSession().catch(() => undefined);
}

export async function leave(): Promise<void> {
  await api.closeSession().catch(() => undefined);
  takeKey(null);
  // What was read with it goes with it.
  queryClient.clear();
  globalThis.location.assign('/console');
}

export const wantsKey = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

export const queryClient = new QueryClient({
  // The client repeats what can be repeated.
  defaultOptions: { queries: { retry: false, staleTime: 2_000, refetchOnWindowFocus: true } },
});

/** What went wrong, for a person. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
