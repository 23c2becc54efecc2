import { z } from 'zod';

/** A message of JSON-RPC 2.0, as the protocols that stand beside the REST API use it: a request, or a notification where it has no id. */
export const jsonRpcMessageSchema = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string().max(200), z.int()]).optional(),
  method: z.string().max(200).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
});
export type JsonRpcMessage = z.output<typeof jsonRpcMessageSchema>;

/** An answer of JSON-RPC 2.0: `result` or `error`. */
export const jsonRpcAnswerSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.int()]).nullable(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }).optional(),
});
export type JsonRpcAnswer = z.output<typeof jsonRpcAnswerSchema>;
