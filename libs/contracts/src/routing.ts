import { z } from 'zod';
import { modelRefSchema } from './runtime.js';

/**
 * Why a call goes where it goes: the role's first route, a later one because those before fail, what the run itself
 * names, or a configuration that changed since the run's last call.
 */
export const routeReasonSchema = z.enum(['first_choice', 'fallback', 'asked_for', 'configuration_changed']);
export type RouteReason = z.infer<typeof routeReasonSchema>;

/** Where a model call goes. */
export const routeSchema = modelRefSchema.extend({ queue: z.string(), reason: routeReasonSchema });
export type Route = z.infer<typeof routeSchema>;

/** A gate's answer to a call that another gate should serve. `stays`: the run's later calls go there too. */
export const modelMovedSchema = z.object({ kind: z.literal('moved'), queue: z.string(), reason: routeReasonSchema, stays: z.boolean() });
export type ModelMoved = z.infer<typeof modelMovedSchema>;

/** The route that a step took, as the REST API shows it. */
export const stepRouteSchema = modelRefSchema.extend({ reason: routeReasonSchema });
export type StepRoute = z.infer<typeof stepRouteSchema>;
