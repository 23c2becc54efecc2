export type Servers = { databaseUrl: string; temporalAddress: string; folder: string; settings: string; stop(): Promise<void> };
export async function startServers(): Promise<Servers> {
  return { databaseUrl: process.env['DATABASE_URL']!, temporalAddress: process.env['TEMPORAL_ADDRESS']!, folder: '/tmp/lead/bench', settings: 'lead', stop: async () => undefined };
}
