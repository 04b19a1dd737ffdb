import type { RelationalStore, Table } from '@ecommercestack/service-kit';
import { z } from 'zod';

/** A review as it is listed. */
export const review = z.strictObject({
  id: z.string(),
  productId: z.string(),
  rating: z.int().min(1).max(5),
  status: z.enum(['pending', 'published', 'rejected']),
});

export type Review = z.output<typeof review>;

/** The reviews of this service's database. */
export function openReviews(store: RelationalStore): Table<Review> {
  return store.table({ name: 'reviews', columns: ['id', 'productId', 'rating', 'status'], schema: review });
}
