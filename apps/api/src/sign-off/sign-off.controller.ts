import { Body, Controller, HttpCode, Inject, Injectable, Module, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { addAddendumSchema, type ArtifactView, artifactViewSchema, HoldfastError, idSchema, rejectArtifactSchema, type RunRef, signArtifactSchema } from '#contracts';
import { appendAudit, insertAddendum, lockRun, type Pool, readArtifactView, readSignOff, viewSignOff, withTx } from '#store';
import { ApprovalDecisions } from '../approvals/approval-decisions.js';
import { ApprovalsModule } from '../approvals/approvals.controller.js';
import { type Caller, FromCaller } from '../core/caller.js';
import { POOL } from '../core/tokens.js';
import { Endpoint } from '../openapi/endpoint.js';

type Key = RunRef & { artifactId: string };
const SIGNED = { 200: { schema: artifactViewSchema, description: 'The artifact as it stands now.' } };

/** Signing is deciding on the approval that the run waits for; what is signed is named by its text's digest. */
@Injectable()
export class SignOffs {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(ApprovalDecisions) private readonly decisions: ApprovalDecisions,
  ) {}

  async decide(caller: Caller, key: Key, d: { decision: 'approve' | 'deny'; digest: string; comment?: string | undefined }): Promise<ArtifactView> {
    const found = await withTx(this.pool, key.tenantId, (tx) => readSignOff(tx, key));
    if (!found) throw new HoldfastError('not_found', 'The run has no such artifact that is to be signed.');
    if (found.textDigest !== d.digest) throw new HoldfastError('approval_stale', 'Read the artifact again: the digest is not that of its text.');
    await this.decisions.decide(caller, found.approval.approval_id, { decision: d.decision, digest: found.approval.digest, ...(d.comment === undefined ? {} : { comment: d.comment }) });
    return this.view(key);
  }

  async addAddendum(caller: Caller, key: Key, text: string): Promise<ArtifactView> {
    await withTx(this.pool, key.tenantId, async (tx) => {
      await lockRun(tx, key);
      const signOff = await viewSignOff(tx, key);
      if (!signOff) throw new HoldfastError('not_found', 'The run has no such artifact that is to be signed.');
      if (signOff.status !== 'signed') throw new HoldfastError('note_unsigned', 'Only what is signed takes an addendum.');
      const n = await insertAddendum(tx, key, text, caller.principalId);
      await appendAudit(tx, { tenantId: key.tenantId, principalId: caller.principalId, action: 'note.addendum', runId: key.runId, subject: `${key.artifactId} ${n}` });
    });
    return this.view(key);
  }

  private async view(key: Key): Promise<ArtifactView> {
    return withTx(this.pool, key.tenantId, async (tx) => ({ ...(await readArtifactView(tx, key.tenantId, key.artifactId))!, signOff: (await viewSignOff(tx, key))! }));
  }
}

@ApiTags('sign-off')
@Controller('v1/runs/:id/artifacts/:artifactId')
export class SignOffController {
  constructor(@Inject(SignOffs) private readonly signOffs: SignOffs) {}

  @Post('sign')
  @HttpCode(200)
  @Endpoint({ role: 'signer', summary: 'Sign what a run has drafted', description: 'The run ends, and the artifact may be exported from then on. Who signed is whoever asks this.', answers: SIGNED, errors: ['not_found', 'approval_decided', 'approval_stale', 'approval_expired'] })
  signArtifact(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('artifactId', { schema: idSchema }) artifactId: string, @Body({ schema: signArtifactSchema }) body: z.infer<typeof signArtifactSchema>): Promise<ArtifactView> {
    return this.signOffs.decide(caller, keyOf(caller, id, artifactId), { decision: 'approve', digest: body.digest, comment: body.comment });
  }

  @Post('reject')
  @HttpCode(200)
  @Endpoint({ role: 'signer', summary: 'Reject what a run has drafted', description: 'The run ends, and the artifact is never exported.', answers: SIGNED, errors: ['not_found', 'approval_decided', 'approval_stale', 'approval_expired'] })
  rejectArtifact(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('artifactId', { schema: idSchema }) artifactId: string, @Body({ schema: rejectArtifactSchema }) body: z.infer<typeof rejectArtifactSchema>): Promise<ArtifactView> {
    return this.signOffs.decide(caller, keyOf(caller, id, artifactId), { decision: 'deny', digest: body.digest, comment: body.reason });
  }

  @Post('addenda')
  @HttpCode(201)
  @Endpoint({ role: 'signer', summary: 'Add words to what is signed', description: 'The signed text stays as it is; an addendum says by whom and when.', answers: { 201: SIGNED[200] }, errors: ['not_found', 'note_unsigned'] })
  addAddendum(@FromCaller() caller: Caller, @Param('id', { schema: idSchema }) id: string, @Param('artifactId', { schema: idSchema }) artifactId: string, @Body({ schema: addAddendumSchema }) body: z.infer<typeof addAddendumSchema>): Promise<ArtifactView> {
    return this.signOffs.addAddendum(caller, keyOf(caller, id, artifactId), body.text);
  }
}

const keyOf = (caller: Caller, runId: string, artifactId: string): Key => ({ tenantId: caller.tenantId, runId, artifactId });

@Module({ imports: [ApprovalsModule], controllers: [SignOffController], providers: [SignOffs] })
export class SignOffModule {}
