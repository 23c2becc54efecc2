import { z } from 'zod';
import { MODEL_ROLES } from '#contracts';

export const RUNTIME_KINDS = ['ollama', 'openai', 'embedded'] as const;
export type RuntimeKind = (typeof RUNTIME_KINDS)[number];

/** JSON in the environment, the value itself in the file. */
export const jsonOr = <S extends z.ZodType>(schema: S) => z.preprocess(json, schema);

const json = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

/** Part of task queues' names, so as simple as a name can be. */
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, { error: 'an id is lower-case letters, digits and dashes' });

export const runtimeSettingSchema = z.strictObject({
  id,
  kind: z.enum(RUNTIME_KINDS),
  url: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, '')),
  /** File that holds an API key; read when a process starts. */
  keyFile: z.string().min(1).optional(),
  /** File (PEM) of the authority that signed its certificate, where the system does not know it. */
  caFile: z.string().min(1).optional(),
  /** Requests that it works on at once. */
  slots: z.int().min(1).default(1),
});
export type RuntimeSetting = z.output<typeof runtimeSettingSchema>;

/** Runtimes beside the one of HOLDFAST_RUNTIME_URL: JSON in the environment, an array in the file. */
export const runtimesSchema = z.preprocess(json, z.array(runtimeSettingSchema, { error: 'must be a JSON array of {id, kind, url, keyFile?, caFile?, slots?}' }));

const route = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}\/.+$/, { error: 'a route is RUNTIME/MODEL' });

/** Each role's routes, the first one first: `{"main": ["gpu/gemma4:26b", "ollama/gemma4:e4b"]}`. */
export const rolesSchema = z.preprocess(json, z.partialRecord(z.enum(MODEL_ROLES), z.union([route.transform((r) => [r]), z.array(route).min(1)]), { error: 'must be a JSON object of role to RUNTIME/MODEL or a list of them' }));
export type RoleSettings = z.output<typeof rolesSchema>;

export const hostsSchema = z.union([z.array(z.string()), z.string().transform((value) => value.split(','))]).transform((hosts) => hosts.map((host) => host.trim()).filter((host) => host !== ''));
