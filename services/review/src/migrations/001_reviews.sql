CREATE TABLE reviews (
  id text PRIMARY KEY,
  product_id text NOT NULL,
  rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'published', 'rejected'))
);
