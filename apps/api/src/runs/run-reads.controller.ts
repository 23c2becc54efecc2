import { Controller, Get, Inject, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { artifactPageSchema, type AuditAction, type ArtifactView, artifactViewSchema, checkpointPageSchema, type CheckpointView, checkpointViewSchema, HoldfastError, idSchema, includeSchema, type RunRef, stepPageSchema, stepQuerySchema, type StepView, stepViewSchema } from '#contracts';
import { appendAudit, listArtifactViews, listCheckpointViews, listStepViews, type Pool, readArtifactView, readCheckpointView, readRun, readStepView, type StepPage, type Tx, viewSignOff, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { ARTIFACT_TYPES, type ArtifactType, exportArtifact, FHIR, typesOf } from './artifact-exports.js';
import { decodeNumberCursor, type Page, paged } from './cursor.js';

type StepQuery = z.infer<typeof stepQuerySchema>;
type Include = z.infer<typeof includeSchema>;
const preliminarySchema = z.strictObject({ preliminary: z.enum(['true', 'false']).optional() });
const stepNumber = z.coerce.number().int().min(0).max(1_000_000);
type Read = { action: AuditAction; subject: string };
const contentRead = (query: Include, what: string, n: number): Read | undefined => (query.include === 'content' ? { action: 'step.read', subject: `${what} ${n}` } : undefined);
const INCLUDE = 'Content (messages, state) comes only with `include=content`.';

@ApiTags('runs')
@Controller('v1/runs/:id')
export class RunReadsController {
  constructor(@Inject(POOL) private readonly pool: Pool) {}

  @Get('steps')
  @Endpoint({ role: 'viewer', summary: "List a run's steps", description: INCLUDE, answers: { 200: { schema: stepPageSchema, description: 'Steps in the order of their numbers.' } }, errors: ['not_found'] })
  listSteps(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: stepQuerySchema }) query: StepQuery): Promise<Page<StepView>> {
    return this.page(caller, id, query, -1, listStepViews);
  }

  @Get('steps/:n')
  @Endpoint({ role: 'viewer', summary: 'Read a step', description: INCLUDE, answers: { 200: { schema: stepViewSchema, description: 'The step.' } }, errors: ['not_found'] })
  getStep(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('n', { schema: stepNumber }) n: number, @Query({ schema: includeSchema }) query: Include): Promise<StepView> {
    return this.one(caller, id, 'step', (tx, ref) => readStepView(tx, ref, n, query.include === 'content'), contentRead(query, 'step', n));
  }

  @Get('checkpoints')
  @Endpoint({ role: 'viewer', summary: "List a run's checkpoints", description: INCLUDE, answers: { 200: { schema: checkpointPageSchema, description: 'Checkpoints in the order of their steps; step 0 is the start.' } }, errors: ['not_found'] })
  listCheckpoints(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Query({ schema: stepQuerySchema }) query: StepQuery): Promise<Page<CheckpointView>> {
    return this.page(caller, id, query, -1, listCheckpointViews);
  }

  @Get('checkpoints/:n')
  @Endpoint({ role: 'viewer', summary: 'Read the checkpoint of a step', description: INCLUDE, answers: { 200: { schema: checkpointViewSchema, description: 'The checkpoint.' } }, errors: ['not_found'] })
  getCheckpoint(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('n', { schema: stepNumber }) n: number, @Query({ schema: includeSchema }) query: Include): Promise<CheckpointView> {
    return this.one(caller, id, 'checkpoint', (tx, ref) => readCheckpointView(tx, ref, n, query.include === 'content'), contentRead(query, 'checkpoint', n));
  }

  @Get('artifacts')
  @Endpoint({ role: 'viewer', summary: 'List what a run has delivered', answers: { 200: { schema: artifactPageSchema, description: 'Artifacts without content.' } }, errors: ['not_found'] })
  async listArtifacts(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string): Promise<Page<ArtifactView>> {
    return { data: await this.one(caller, id, 'run', listArtifactViews), nextCursor: null };
  }

  @Get('artifacts/:artifactId')
  @Endpoint({ role: 'viewer', summary: 'Read an artifact with its evidence', description: 'JSON, or with `Accept` Markdown, HTML, CSV, a Word document, or of a patch the diff. A clinical note comes as PDF and FHIR R4 (Composition and DocumentReference) as well, and in any of these only once it is signed; `preliminary=true` with FHIR gives the draft, marked so. CSV is the table of a comparison or a timeline with the sources of each value; of other artifacts it is the evidence.', answers: { 200: { schema: artifactViewSchema, description: 'The artifact.', alsoAs: ARTIFACT_TYPES } }, errors: ['not_found', 'note_unsigned'], headers: [{ name: 'Accept', description: `\`application/json\`${ARTIFACT_TYPES.map((t) => `, \`${t}\``).join('')}.` }] })
  async getArtifact(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('artifactId', { schema: idSchema }) artifactId: string, @Query({ schema: preliminarySchema }) { preliminary }: z.infer<typeof preliminarySchema>, @Req() req: Request, @Res({ passthrough: true }) res: Response): Promise<ArtifactView | StreamableFile> {
    let type = 'application/json';
    const read = async (tx: Tx, ref: RunRef): Promise<ArtifactView | null> => {
      const found = await readArtifactView(tx, ref.tenantId, artifactId);
      if (found?.runId !== ref.runId) return null;
      type = req.accepts('application/json', ...typesOf(found)) || type;
      const exports = type !== 'application/json';
      const signOff = await viewSignOff(tx, { ...ref, artifactId });
      if (exports && signOff && signOff.status !== 'signed' && !(preliminary === 'true' && type === FHIR)) throw new HoldfastError('note_unsigned', `It is ${signOff.status.replace('_', ' ')}; it leaves only once it is signed.`);
      return signOff ? { ...found, signOff } : found;
    };
    const artifact = await this.one(caller, id, 'artifact', read, () => ({ action: type === 'application/json' ? 'artifact.read' : 'artifact.exported', subject: artifactId }));
    res.vary('Accept');
    if (type === 'application/json') return artifact;
    const { bytes, headers } = await exportArtifact(artifact, type as ArtifactType);
    res.set(headers);
    return new StreamableFile(bytes);
  }

  private async page<T extends { step: number }>(caller: Caller, runId: string, query: StepQuery, before: number, list: (tx: Tx, ref: RunRef, page: StepPage) => Promise<T[]>): Promise<Page<T>> {
    const after = decodeNumberCursor(query.cursor) ?? before;
    const rows = await this.one(caller, runId, 'run', (tx, ref) => list(tx, ref, { after, limit: query.limit + 1, content: query.include === 'content' }), contentRead(query, 'steps after', after));
    return paged(rows, query.limit, ({ step }) => step);
  }

  /** `reads`: what the audit log says of it, where the run is sensitive. */
  private async one<T>(caller: Caller, runId: string, what: string, read: (tx: Tx, ref: RunRef) => Promise<T | null>, reads?: Read | (() => Read)): Promise<T> {
    const ref = { tenantId: caller.tenantId, runId };
    const found = await withTx(this.pool, ref.tenantId, async (tx) => {
      const [run, value] = await Promise.all([readRun(tx, ref), read(tx, ref)]);
      if (!run) throw new HoldfastError('not_found', 'There is no run with this id.');
      if (reads && value !== null && run.sensitive) await appendAudit(tx, { ...ref, principalId: caller.principalId, ...(typeof reads === 'function' ? reads() : reads) });
      return value;
    });
    if (found === null) throw new HoldfastError('not_found', `The run has no such ${what}.`);
    return found;
  }
}
