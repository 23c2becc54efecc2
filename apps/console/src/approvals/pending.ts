import { useQuery } from '@tanstack/react-query';
import { api } from '../api.js';

const POLL_MS = 4_000;

/** Runs that wait for a person's decision. */
export const useWaitingRuns = () =>
  useQuery({
    queryKey: ['runs', 'waiting_approval'],
    queryFn: async ({ signal }) => (await api.listRuns({ query: { status: ['waiting_approval'], limit: 200 }, signal })).data,
    refetchInterval: POLL_MS,
  });
