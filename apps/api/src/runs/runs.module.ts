import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { RuntimesModule } from '../runtimes/runtimes.controller.js';
import { RunStarter } from '../temporal/run-starter.js';
import { RunBranchesController } from './run-branches.controller.js';
import { RunCreation } from './run-creation.js';
import { RunForks } from './run-forks.js';
import { RunReadsController } from './run-reads.controller.js';
import { RunRequests } from './run-requests.js';
import { RunRequestsController } from './run-requests.controller.js';
import { RunReading } from './run-reading.js';
import { RunsController } from './runs.controller.js';

@Module({ imports: [EventsModule, RuntimesModule], controllers: [RunsController, RunRequestsController, RunReadsController, RunBranchesController], providers: [RunCreation, RunForks, RunReading, RunRequests, RunStarter] })
export class RunsModule {}
