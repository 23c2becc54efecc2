import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type RouteRole } from '#contracts';

export type EndpointDescription = {
  /** Who may ask this where callers have to say who they are: the guard goes by it, and so does the documentation. */
  role: RouteRole;
  summary: string;
  description?: string;
  /** Successful answers by status; the schema is null for one without JSON, `alsoAs` names further media types, `as` those that it has in place of JSON. */
  answers: Record<number, { schema: z.ZodType | null; description: string; alsoAs?: readonly string[]; as?: readonly string[] }>;
  /** Error codes beyond those that any route may answer with. */
  errors?: ErrorCode[];
  /** Takes an Idempotency-Key. */
  idempotent?: boolean;
  headers?: { name: string; description: string }[];
  /** Takes files as multipart/form-data beside JSON. */
  takesFiles?: boolean;
};

/** Where an operation says in which other media types an answer comes, and whether in JSON too, until the document takes it up. */
export const ALSO_AS = 'x-also-as';
/** Where an operation says that it takes files. */
export const TAKES_FILES = 'x-takes-files';

/** Where an operation says which role it needs; also the key of the handler's metadata. */
export const ROLE = 'x-role';

const ALWAYS: ErrorCode[] = ['validation_failed', 'forbidden_host', 'database_unavailable', 'internal'];
/** Of routes that need a role. */
const GUARDED: ErrorCode[] = ['unauthenticated', 'role_missing', 'rate_limited', 'identity_unavailable'];
/** Not found is what a key made where that was deleted since. */
const KEYED: ErrorCode[] = ['idempotency_in_flight', 'idempotency_mismatch', 'not_found'];

/** Describes a route for the OpenAPI document: what it is for, its answers, and every error code it can give. */
export function Endpoint(d: EndpointDescription): MethodDecorator {
  const codes = [...new Set([...ALWAYS, ...(d.role === 'open' ? [] : GUARDED), ...(d.errors ?? []), ...(d.idempotent ? KEYED : [])])];
  const headers = [...(d.headers ?? []), ...(d.idempotent ? [{ name: 'Idempotency-Key', description: 'Makes sending the request again safe for seven days: the first answer comes back, with `Idempotency-Replayed: true`.' }] : [])];
  return applyDecorators(
    SetMetadata(ROLE, d.role),
    ApiExtension(ROLE, d.role),
    ...(d.role === 'open' ? [] : [ApiBearerAuth()]),
    ApiOperation({ summary: d.summary, ...(d.description ? { description: d.description } : {}) }),
    ...Object.entries(d.answers).flatMap(([status, { alsoAs, as }]) => (alsoAs || as ? [ApiExtension(ALSO_AS, { status, mediaTypes: alsoAs ?? as, only: as !== undefined })] : [])),
    ...(d.takesFiles ? [ApiExtension(TAKES_FILES, true)] : []),
    ...headers.map((h) => ApiHeader({ ...h, required: false })),
    ...Object.entries(d.answers).map(([status, answer]) => success(Number(status), answer)),
    ...[...byStatus(codes)].map(([status, group]) => ApiResponse({ status, ...problemAnswer(describeCodes(group)) })),
  );
}

const problemAnswer = (description: string) => ({ description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });

type Responses = Record<string, { description: string; content?: Record<string, unknown> } | undefined>;

/** Adds what an operation can answer with for its form: any body may be too large or of another type, and an id may be of nothing. */
export function addUsualErrors(responses: Responses, has: { body: boolean; pathParameter: boolean }): void {
  const codes: ErrorCode[] = [...(has.body ? (['body_too_large', 'unsupported_media_type'] as const) : []), ...(has.pathParameter ? (['not_found'] as const) : [])];
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    const known = responses[status];
    if (known?.description.includes(`\`${code}\``)) continue;
    responses[status] = problemAnswer([known?.description, describeCodes([code])].filter(Boolean).join(' '));
  }
}

function success(status: number, a: EndpointDescription['answers'][number]): MethodDecorator {
  if (a.schema === null) return ApiResponse({ status, description: a.description });
  return ApiResponse({ status, description: a.description, standardSchema: a.schema });
}

function byStatus(codes: ErrorCode[]): Map<number, ErrorCode[]> {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) groups.set(ERROR_CODES[code].status, [...(groups.get(ERROR_CODES[code].status) ?? []), code]);
  return groups;
}

function describeCodes(codes: ErrorCode[]): string {
  return codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(' ');
}
