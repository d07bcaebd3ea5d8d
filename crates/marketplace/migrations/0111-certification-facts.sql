-- chapter: certification. What was found out about an image is kept, so that it can be judged again without reading it.

-- The name of the blob that holds the image's packed facts. Its bytes are safe on disk before a run speaks of them. It holds what
-- the image holds, password hashes too: nobody is ever given it.
alter table certification_run add column facts text check (length(facts) = 64);
