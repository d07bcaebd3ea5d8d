-- chapter: certification. A run that is under way answers for what it was begun with.

-- By what it is judged, as a hash; null until somebody begins to, and for runs of which it was not noted.
alter table certification_run add column measure text;
