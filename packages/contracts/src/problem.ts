import { z } from 'zod';

/** Media type of every refusal: RFC 9457. */
export const problemMediaType = 'application/problem+json';

/** A refusal as RFC 9457 problem details; `code` is stable and is what programs compare. */
export const problem = z.object({
  type: z.string().describe('urn:ecommercestack:problem:<code>'),
  title: z.string(),
  status: z.int().min(400).max(599),
  code: z.string().describe('Stable, machine-readable reason.'),
  detail: z.string().optional(),
  instance: z.string().optional().describe('Path of the request.'),
  requestId: z.string().optional(),
  errors: z
    .array(z.object({ pointer: z.string().describe('JSON pointer into the input.'), detail: z.string() }))
    .optional(),
});

export type Problem = z.output<typeof problem>;
