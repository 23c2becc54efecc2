import { CLINICAL_NOTE } from '#agents/medical/contract';
import type { ArtifactView } from '#contracts';
import { artifactCsv } from './artifact-csv.js';
import { artifactDocx } from './artifact-docx.js';
import { artifactFhir } from './artifact-fhir.js';
import { artifactHtml, HTML_POLICY } from './artifact-html.js';
import { artifactMarkdown } from './artifact-markdown.js';
import { artifactPdf } from './artifact-pdf.js';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
/** What an artifact can be had as beside JSON. */
export const FHIR = 'application/fhir+json';
export const ARTIFACT_TYPES = ['text/markdown', 'text/html', 'text/csv', DOCX, 'application/pdf', FHIR, 'text/x-diff'] as const;
export type ArtifactType = (typeof ARTIFACT_TYPES)[number];
export type Exported = { bytes: Buffer; headers: Record<string, string> };

export async function exportArtifact(a: ArtifactView, type: ArtifactType): Promise<Exported> {
  switch (type) {
    case 'text/markdown': return { bytes: Buffer.from(artifactMarkdown(a)), headers: text(type) };
    case 'text/html': return { bytes: Buffer.from(artifactHtml(a)), headers: { ...text(type), 'Content-Security-Policy': HTML_POLICY } };
    case 'text/csv': return { bytes: Buffer.from(artifactCsv(a)), headers: { ...text(type), ...saved(a, 'csv') } };
    case 'text/x-diff': return { bytes: Buffer.from(patchOf(a) ?? ''), headers: { ...text(type), ...saved(a, 'diff') } };
    case 'application/pdf': return { bytes: await artifactPdf(a), headers: { 'Content-Type': type, ...saved(a, 'pdf') } };
    case FHIR: return { bytes: fhirOf(a), headers: { 'Content-Type': `${type}; charset=utf-8` } };
    case DOCX: return { bytes: await artifactDocx(a), headers: { 'Content-Type': type, ...saved(a, 'docx') } };
  }
}

/** What this artifact can be had as. */
export const typesOf = (a: ArtifactView): ArtifactType[] => ARTIFACT_TYPES.filter((type) => (type === 'text/x-diff' ? patchOf(a) !== null : type !== FHIR || a.kind === CLINICAL_NOTE));

/** What `git apply` takes. */
function patchOf(a: ArtifactView): string | null {
  const { patch } = (a.content ?? {}) as { patch?: unknown };
  return a.kind === 'patch' && typeof patch === 'string' ? patch : null;
}

function fhirOf(a: ArtifactView): Buffer {
  return Buffer.from(JSON.stringify(artifactFhir(a)));
}

const text = (type: string): Record<string, string> => ({ 'Content-Type': `${type}; charset=utf-8` });
/** Named by kind: titles are questions, and belong in no header. */
const saved = (a: ArtifactView, ending: string): Record<string, string> => ({ 'Content-Disposition': `attachment; filename="${a.kind.replace(/\W+/g, '_')}.${ending}"` });
