import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { verifyNote } from '#clinical';
import { type Verification, verificationSchema, verifySchema } from '#contracts';
import { Endpoint } from '../openapi/endpoint.js';

@ApiTags('verifications')
@Controller('v1/verifications')
export class VerificationsController {
  @Post()
  @HttpCode(200)
  @Endpoint({ role: 'viewer', summary: 'Check a clinical note against what it was written from', description: 'Numbers, doses, drugs, sides, negations and sentences of their own, by code alone: no model, and nothing of it is kept. Offsets point into the texts as they were sent.', answers: { 200: { schema: verificationSchema, description: 'Each sentence with its verdict, its evidence and what does not match.' } } })
  verify(@Body({ schema: verifySchema }) { source, text }: z.infer<typeof verifySchema>): Verification {
    return verifyNote(source, text);
  }
}

@Module({ controllers: [VerificationsController] })
export class VerificationsModule {}
