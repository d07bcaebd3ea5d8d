-- chapter: certification. Is this image fit, by which rules, when?

create table certification_run (
    id text primary key,
    image text not null references images_image (id),
    profile text not null,
    -- The edition of the rulebook by which it is judged.
    rulebook text not null,
    stage text not null check (stage in ('queued', 'running', 'concluded')),
    verdict text check (verdict in ('certified', 'not_certified', 'could_not_judge')),
    -- The report as the certifier wrote it, in no language: JSON of `certifier::Report`.
    report text,
    -- Why there is no report, where there is none: key and blanks, as JSON.
    broken_off text,
    begun_at integer not null,
    concluded_at integer,
    check ((stage = 'concluded') = (verdict is not null)),
    check (stage <> 'concluded' or report is not null or broken_off is not null)
) strict;
create index certification_run_image on certification_run (image, id);

-- What is queued when the verdict is there: `publishing.advance` and its subject, as data. Several may wait for one run.
create table certification_then (
    run text not null references certification_run (id),
    kind text not null,
    subject text not null,
    primary key (run, kind, subject)
) strict;
