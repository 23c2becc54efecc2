import { startApi, type TestApi } from '#apps/api/src/testing/start-api';

/** The API and its console over a database, with nobody to carry runs on. */
export const startConsole = (databaseUrl: string): Promise<TestApi> => startApi({ databaseUrl });
