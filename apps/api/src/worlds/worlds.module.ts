import { Module } from '@nestjs/common';
import { WorldLogController } from './world-log.controller.js';
import { WorldViewsController } from './world-views.controller.js';
import { WorldsController } from './worlds.controller.js';

@Module({ controllers: [WorldsController, WorldLogController, WorldViewsController] })
export class WorldsModule {}
