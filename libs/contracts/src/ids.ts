import { z } from 'zod';

/** Ids are UUIDv7 in text form, so that they sort by time of creation. */
export const idSchema = z.uuid();

/** The tenant and principal that a single-user installation has. */
export const LOCAL_TENANT = '00000000-0000-7000-8000-000000000001';
export const LOCAL_PRINCIPAL = '00000000-0000-7000-8000-000000000002';
