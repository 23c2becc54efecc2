import { Body, Controller, Get, HttpCode, Inject, Module, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type DoctorReport, doctorListSchema, type Examination, examinationSchema, type ExamineModel, examineModelSchema, HoldfastError, idSchema, LOCAL_TENANT, type ModelList, modelListSchema, type QueuePlace, queuePlaceSchema, runtimeListSchema, type RuntimeView, runtimeViewSchema, workflowIds, WORKFLOWS } from '#contracts';
import { listFindings, type Pool, readFindings, withTx } from '#store';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';
import { TemporalGateway } from '../temporal/temporal-gateway.js';
import { RunQueue } from './run-queue.js';
import { RuntimeDirectory } from './runtime-directory.js';

const doctorQuery = z.object({ model: z.string().min(1).max(200).optional() });

/** What the doctor finds is of this installation's runtimes, whoever asked; the gates read it here too. */
const INSTALLATION = LOCAL_TENANT;

@ApiTags('runtimes')
@Controller('v1')
export class RuntimesController {
  constructor(
    @Inject(RuntimeDirectory) private readonly directory: RuntimeDirectory,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(TemporalGateway) private readonly temporal: TemporalGateway,
    @Inject(RunQueue) private readonly queue: RunQueue,
  ) {}

  @Get('runs/:id/queue')
  @Endpoint({ role: 'viewer', summary: 'Where a run waits for its model', description: 'Its place and the wait that is expected at the measured speed.', answers: { 200: { schema: queuePlaceSchema, description: 'The place, or that nothing of it waits.' } }, errors: ['not_found', 'temporal_unavailable'] })
  place(@FromCaller() { tenantId }: Caller, @Param('id', { schema: idSchema }) runId: string): Promise<QueuePlace> {
    return this.queue.placeOf({ tenantId, runId });
  }

  @Get('models')
  @Endpoint({ role: 'viewer', summary: 'Which Gemma fits this machine', description: 'The best first; `picked` is what `model: "auto"` takes where the runtime has it. Every fact carries its source.', answers: { 200: { schema: modelListSchema, description: 'The catalogue, measured on the machine that the API runs on.' } } })
  models(): Promise<ModelList> {
    return this.directory.models();
  }

  @Get('runtimes')
  @Endpoint({ role: 'viewer', summary: 'List the model runtimes, with the queues in front of them', answers: { 200: { schema: runtimeListSchema, description: 'All configured runtimes.' } } })
  async list(@FromCaller() caller: Caller): Promise<{ data: RuntimeView[] }> {
    return { data: await this.directory.list(caller.tenantId) };
  }

  @Get('runtimes/:id')
  @Endpoint({ role: 'viewer', summary: 'Read a model runtime', answers: { 200: { schema: runtimeViewSchema, description: 'The runtime.' } }, errors: ['not_found'] })
  read(@Param('id') id: string, @FromCaller() caller: Caller): Promise<RuntimeView> {
    return this.directory.view(caller.tenantId, this.directory.find(id));
  }

  @Get('runtimes/:id/doctor')
  @Endpoint({ role: 'viewer', summary: 'What the doctor found', description: 'The newest report on each model, or on one. Empty until a model was examined.', answers: { 200: { schema: doctorListSchema, description: 'Reports, with what to do about what failed.' } }, errors: ['not_found'] })
  async findings(@Param('id') id: string, @Query({ schema: doctorQuery }) { model }: z.output<typeof doctorQuery>): Promise<{ data: DoctorReport[] }> {
    this.directory.find(id);
    if (!model) return { data: await withTx(this.pool, INSTALLATION, (tx) => listFindings(tx, INSTALLATION, id)) };
    const report = await withTx(this.pool, INSTALLATION, (tx) => readFindings(tx, { tenantId: INSTALLATION, runtimeId: id, model }));
    return { data: report ? [report] : [] };
  }

  @Post('runtimes/:id/doctor')
  @HttpCode(202)
  @Endpoint({ role: 'operator', summary: 'Have a model examined', description: 'Waits for its turn at the gate like any other call. Asking again while it runs changes nothing.', answers: { 202: { schema: examinationSchema, description: 'Accepted: read the findings with GET.' } }, errors: ['not_found', 'temporal_unavailable'] })
  async examine(@Param('id') id: string, @Body({ schema: examineModelSchema }) body: ExamineModel): Promise<Examination> {
    this.directory.find(id);
    const model = body.model ?? this.directory.mainModel(id);
    const workflowId = workflowIds.examination(id, model);
    const input = { tenantId: INSTALLATION, runtimeId: id, model, queue: this.directory.queueOf(id, model) };
    const started = await this.temporal.start(WORKFLOWS.examineModel, { workflowId, args: [input], workflowIdConflictPolicy: 'USE_EXISTING', staticSummary: 'doctor' });
    if (!started) throw new HoldfastError('temporal_unavailable', 'Temporal does not answer; try again later.');
    return { runtimeId: id, model, workflowId };
  }
}

@Module({ controllers: [RuntimesController], providers: [RuntimeDirectory, RunQueue], exports: [RuntimeDirectory, RunQueue] })
export class RuntimesModule {}
