import { z } from 'zod';
import * as contracts from '#contracts';

/** Schemas that stand under a name of their own in the OpenAPI document, so that a generated client has types for them. */
export const componentNames = z.registry<{ id: string }>();

const NAMES = {
  AgentList: contracts.agentListSchema,
  AgentView: contracts.agentViewSchema,
  Accepted: contracts.acceptedSchema,
  ArtifactPage: contracts.artifactPageSchema,
  ArtifactView: contracts.artifactViewSchema,
  CancelRun: contracts.cancelRunSchema,
  ChatMessage: contracts.chatMessageSchema,
  CheckpointPage: contracts.checkpointPageSchema,
  CheckpointView: contracts.checkpointViewSchema,
  CorpusPage: contracts.corpusPageSchema,
  CorpusView: contracts.corpusViewSchema,
  CreateCorpus: contracts.createCorpusSchema,
  CreateRun: contracts.createRunSchema,
  DocumentPage: contracts.documentPageSchema,
  DocumentView: contracts.documentViewSchema,
  DriftReport: contracts.driftReportSchema,
  ErrorCode: contracts.errorCodeSchema,
  EventPage: contracts.eventPageSchema,
  EventType: contracts.eventTypeSchema,
  Evidence: contracts.evidenceSchema,
  Failure: contracts.failureSchema,
  Health: contracts.healthSchema,
  IngestPath: contracts.ingestPathSchema,
  IngestionAccepted: contracts.ingestionAcceptedSchema,
  IngestionFile: contracts.ingestionFileSchema,
  IngestionView: contracts.ingestionViewSchema,
  Limits: contracts.limitsSchema,
  PartState: contracts.partStateSchema,
  PassageHit: contracts.passageHitSchema,
  PauseRun: contracts.pauseRunSchema,
  Priority: contracts.prioritySchema,
  Problem: contracts.problemSchema,
  Readiness: contracts.readinessSchema,
  ResumeRun: contracts.resumeRunSchema,
  RunEvent: contracts.runEventSchema,
  RunPage: contracts.runPageSchema,
  RunStatus: contracts.runStatusSchema,
  RunSummary: contracts.runSummarySchema,
  RunView: contracts.runViewSchema,
  Sampling: contracts.samplingSchema,
  SearchResult: contracts.searchResultSchema,
  SendMessage: contracts.sendMessageSchema,
  Steering: contracts.steeringSchema,
  StepPage: contracts.stepPageSchema,
  StepView: contracts.stepViewSchema,
  StreamPart: contracts.streamPartSchema,
  Usage: contracts.usageSchema,
} satisfies Record<string, z.ZodType>;

for (const [id, schema] of Object.entries(NAMES)) componentNames.add(schema, { id });

/** Schemas that no route's parameter or answer names by itself. */
export const EXTRA_COMPONENTS: z.ZodType[] = [contracts.problemSchema, contracts.streamPartSchema, contracts.ingestPathSchema];
