-- chapter: certification. Is this image fit, by which rules, when?

create table certification_run (
    id text primary key,
    image text not null references images_image (id),
    profile text not null,
    stage text not null check (stage in ('queued', 'running', 'concluded')),
    rulebook text,
    verdict text check (verdict in ('certified', 'not_certified', 'could_not_judge')),
    -- The report as the certifier wrote it, in no language: JSON of `certifier::Report`.
    report text,
    -- What is queued when the verdict is there: `publishing.advance` and its subject, as data.
    then_kind text,
    then_subject text,
    begun_at integer not null,
    concluded_at integer
) strict;
create index certification_run_image on certification_run (image, id);
