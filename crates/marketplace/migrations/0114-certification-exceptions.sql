-- chapter: certification. What the operator lets one image break, why, and until when.

create table certification_exception (
    id text primary key,
    image text not null references images_image (id),
    -- The image's content, which never changes: an exception is for these bytes and for no others.
    content_id text not null check (length(content_id) = 64),
    -- The rule's id, as the rulebook has it.
    rule text not null,
    reason text not null,
    -- The last day on which it holds, as 2027-03-01; days of UTC.
    last_day text not null check (length(last_day) = 10),
    granted_by text not null references people_person (id),
    granted_at integer not null,
    -- 1 while it stands; null once it has ended. One for each rule of an image.
    standing integer check (standing = 1),
    ended_how text check (ended_how in ('withdrawn', 'replaced', 'expired')),
    ended_at integer,
    check ((standing is null) = (ended_at is not null)),
    check ((ended_at is null) = (ended_how is null))
) strict;
create unique index certification_exception_standing on certification_exception (image, rule, standing);
create index certification_exception_last_day on certification_exception (standing, last_day);

-- Why a run was begun: someone asked, or what was accepted has changed.
alter table certification_run add column cause text not null default 'asked';
-- The ids of the exceptions that were in force when it was concluded, in their order, with spaces between them.
alter table certification_run add column exceptions text not null default '';
