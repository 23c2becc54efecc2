import type { AllergyIntolerance, Bundle, CodeableConcept, Condition, DocumentReference, HumanName, MedicationRequest, MedicationStatement, Observation, ObservationComponent, Patient, Quantity, Resource } from '@medplum/fhirtypes';
import { foldedName, type Identity } from '../identities.js';
import type { SourcePart } from '../source.js';

/** The resources of a bundle as text, a part each, oldest first: what stands there, in fixed words, and nothing that doesn't. */
export function bundleParts(input: unknown): SourcePart[] {
  const entries = ((input as Bundle).entry ?? []).flatMap((e) => (e.resource ? [{ resource: e.resource, url: e.fullUrl }] : []));
  const patients = new Map(entries.flatMap(({ resource, url }) => (resource.resourceType === 'Patient' ? [url, `Patient/${resource.id}`].flatMap((key) => (key ? [[key, identityOfPatient(resource)] as const] : [])) : [])));
  const names = new Map(entries.flatMap(({ resource, url }) => (resource.resourceType === 'Medication' ? [url, `Medication/${resource.id}`].flatMap((key) => (key ? [[key, said(resource.code)] as const] : [])) : [])));
  const parts = entries.flatMap(({ resource }, i) => {
    const text = textOf(resource, names);
    if (text === '') return [];
    const identity = resource.resourceType === 'Patient' ? identityOfPatient(resource) : (patients.get(subjectOf(resource) ?? '') ?? null);
    return [{ name: `${resource.resourceType}/${resource.id ?? i}`, text, page: null, date: dateOf(resource), identity }];
  });
  return parts.sort((a, b) => (a.date ?? '').localeCompare(b.date ?? ''));
}

function identityOfPatient(p: Patient): Identity {
  const number = p.identifier?.find((i) => i.type?.coding?.some((c) => c.code === 'MR'))?.value;
  return { name: p.name?.[0] ? foldedName(nameOf(p.name[0])) : null, born: p.birthDate ?? null, number: number ?? p.id ?? null };
}

const nameOf = (n: HumanName): string => n.text ?? [...(n.given ?? []), n.family ?? ''].join(' ').trim();
const subjectOf = (r: Resource): string | undefined => ('subject' in r ? (r.subject as { reference?: string } | undefined)?.reference : undefined) ?? ('patient' in r ? (r.patient)?.reference : undefined);

function dateOf(r: Resource): string | null {
  const any = r as unknown as Record<string, unknown>;
  for (const field of ['effectiveDateTime', 'onsetDateTime', 'authoredOn', 'performedDateTime', 'occurrenceDateTime', 'recordedDate', 'date', 'issued']) {
    if (typeof any[field] === 'string') return any[field].slice(0, 10);
  }
  for (const field of ['period', 'performedPeriod', 'effectivePeriod']) {
    const start = (any[field] as { start?: string } | undefined)?.start;
    if (start) return start.slice(0, 10);
  }
  return null;
}

function textOf(r: Resource, medications: ReadonlyMap<string, string>): string {
  const date = dateOf(r);
  const on = date ? ` (${date})` : '';
  switch (r.resourceType) {
    case 'Patient': return line(`Patient: ${r.name?.[0] ? nameOf(r.name[0]) : 'no name'}`, r.gender, r.birthDate && `born ${r.birthDate}`, r.deceasedDateTime && `died ${r.deceasedDateTime.slice(0, 10)}`);
    case 'Condition': return condition(r, on);
    case 'AllergyIntolerance': return allergy(r, on);
    case 'MedicationRequest': case 'MedicationStatement': return medication(r, on, medications);
    case 'Observation': return observation(r, on);
    case 'Procedure': return line(`Procedure: ${said((r).code)}`, (r).status) + on;
    case 'Immunization': return `Immunization: ${said((r).vaccineCode)}${on}`;
    case 'Encounter': return line(`Encounter: ${said((r).type?.[0])}`, reasons((r).reasonCode)) + on;
    case 'DiagnosticReport': return line(`Report: ${said((r).code)}`, (r).conclusion) + on;
    case 'CarePlan': return line(`Care plan: ${said((r).category?.[0]) || (r).title || ''}`, ...((r).activity ?? []).map((a) => said(a.detail?.code))) + on;
    case 'ServiceRequest': return line(`Ordered: ${said((r).code)}`, (r).status) + on;
    case 'FamilyMemberHistory': return line(`Family history: ${said((r).relationship)}`, ...((r).condition ?? []).map((c) => said(c.code)));
    case 'DocumentReference': return documentText(r);
    default: return '';
  }
}

function condition(r: Condition, on: string): string {
  return line(`Condition: ${said(r.code)}`, r.clinicalStatus?.coding?.[0]?.code, r.verificationStatus?.coding?.[0]?.code === 'confirmed' ? undefined : r.verificationStatus?.coding?.[0]?.code, r.abatementDateTime && `until ${r.abatementDateTime.slice(0, 10)}`) + on;
}

function allergy(r: AllergyIntolerance, on: string): string {
  return line(`Allergy: ${said(r.code)}`, r.criticality && `criticality ${r.criticality}`, ...(r.reaction ?? []).flatMap((x) => (x.manifestation ?? []).map((m) => `reaction ${said(m)}`)), r.verificationStatus?.coding?.[0]?.code === 'refuted' ? 'refuted' : undefined) + on;
}

function medication(r: MedicationRequest | MedicationStatement, on: string, names: ReadonlyMap<string, string>): string {
  const drug = said(r.medicationCodeableConcept) || names.get(r.medicationReference?.reference ?? '') || r.medicationReference?.display || '';
  const doses = r.resourceType === 'MedicationRequest' ? r.dosageInstruction : r.dosage;
  const dose = (doses ?? []).map((d) => d.text ?? [quantity(d.doseAndRate?.[0]?.doseQuantity), d.timing?.code?.text ?? timing(d.timing?.repeat)].filter(Boolean).join(' '));
  return line(`Medication: ${drug}`, r.status, ...dose) + on;
}

const timing = (r: { frequency?: number; period?: number; periodUnit?: string } | undefined): string => (r?.frequency ? `${r.frequency} times every ${r.period ?? 1} ${r.periodUnit ?? 'd'}` : '');

function observation(r: Observation, on: string): string {
  const own = valueOf(r);
  const values = (r.component ?? []).map((c) => `${said(c.code)} ${valueOf(c)}`);
  const range = r.referenceRange?.[0];
  const bounds = range ? (range.text ?? [range.low && `from ${quantity(range.low)}`, range.high && `to ${quantity(range.high)}`].filter(Boolean).join(' ')) : '';
  return line(`Result: ${said(r.code)}${own ? ` ${own}` : ''}`, ...values, bounds && `reference ${bounds}`, flagOf(r)) + on;
}

/** High, low or abnormal: as the laboratory flagged it, or as its own reference range has it. */
function flagOf(r: Observation): string | undefined {
  const code = r.interpretation?.[0]?.coding?.[0]?.code ?? '';
  if (/^H/.test(code)) return 'high';
  if (/^L/.test(code)) return 'low';
  if (/^(A|AA|POS)$/.test(code)) return 'abnormal';
  const [value, range] = [r.valueQuantity?.value, r.referenceRange?.[0]];
  if (value === undefined || !range) return undefined;
  if (range.high?.value !== undefined && value > range.high.value) return 'high';
  return range.low?.value !== undefined && value < range.low.value ? 'low' : undefined;
}

function valueOf(o: Observation | ObservationComponent): string {
  if (o.valueQuantity) return quantity(o.valueQuantity);
  if (o.valueCodeableConcept) return said(o.valueCodeableConcept);
  return o.valueString ?? (o.valueInteger !== undefined ? String(o.valueInteger) : o.valueBoolean !== undefined ? String(o.valueBoolean) : '');
}

function quantity(q: Quantity | undefined): string {
  if (q?.value === undefined) return '';
  // Laboratory systems write a dozen digits that nobody measured.
  return `${Number(q.value.toPrecision(4))}${q.unit ? ` ${q.unit}` : ''}`;
}

function documentText(r: DocumentReference): string {
  const inline = r.content?.find((c) => c.attachment?.contentType?.startsWith('text/') && c.attachment.data)?.attachment?.data;
  return inline ? Buffer.from(inline, 'base64').toString('utf8') : '';
}

const said = (c: CodeableConcept | undefined): string => c?.text ?? c?.coding?.find((x) => x.display)?.display ?? c?.coding?.[0]?.code ?? '';
const reasons = (all: CodeableConcept[] | undefined): string | undefined => (all?.length ? `for ${all.map(said).join(', ')}` : undefined);
const line = (...all: (string | undefined | null | false | '')[]): string => all.filter(Boolean).join(', ').replace(/\s+/g, ' ');
