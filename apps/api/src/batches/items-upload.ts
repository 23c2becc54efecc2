import { Injectable } from '@nestjs/common';
import { UploadInterceptor } from '../corpora/upload.interceptor.js';

/** A file of a batch's items, one a line. */
@Injectable()
export class ItemsUpload extends UploadInterceptor {
  protected override readonly endings = ['.ndjson', '.jsonl'];
}
