import { HoldfastError } from '#contracts';

export type RequestIssue = { path: string; message: string };

/** A request that does not fit its schema; says where. */
export class InvalidRequest extends HoldfastError {
  constructor(readonly issues: RequestIssue[]) {
    super('validation_failed', issues.map((i) => (i.path ? `${i.path}: ${i.message}` : i.message)).join('; ').slice(0, 500));
  }

  /** The same issues below a name, for instance a parameter's. */
  under(name: string): InvalidRequest {
    return new InvalidRequest(this.issues.map((i) => ({ path: i.path ? `${name}.${i.path}` : name, message: i.message })));
  }
}

type SchemaIssue = { readonly message: string; readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined };
const MOST_ISSUES = 20;

export function toIssues(issues: readonly SchemaIssue[]): RequestIssue[] {
  return issues.slice(0, MOST_ISSUES).map((i) => ({ path: (i.path ?? []).map((p) => String(typeof p === 'object' ? p.key : p)).join('.'), message: i.message }));
}
