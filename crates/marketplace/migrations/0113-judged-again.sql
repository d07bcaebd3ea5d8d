-- chapter: certification. Images on sale are judged again when rules or advisories change, and at least once a day.

-- Why a run was begun without anybody asking: `rulebook`, `profile`, `advisories`, `exceptions`, `day`; null for
-- a first look and for one that was asked for.
alter table certification_run add column why text;
-- The day of the feed of advisories that was looked into; null where there was none.
alter table certification_run add column advisories text;
-- Whether anything was concluded lately is asked often.
create index certification_run_concluded on certification_run (concluded_at);

-- When each image was last looked at by a profile, and by what; what was found then is told by its newest concluded run.
create table certification_look (
    image text not null references images_image (id),
    profile text not null,
    -- By what it was judged: the edition of the rulebook, the text of the profile, the state of the feed. JSON.
    measure text not null,
    -- The day of that feed; null where there was none.
    advisories text,
    -- When it was last judged to an end.
    looked_at integer not null,
    -- When that was last tried, and why it came to nothing, where it did: key and blanks, as JSON.
    tried_at integer not null,
    trouble text,
    primary key (image, profile)
) strict;

-- chapter: publishing. What is on sale and no longer passes.

create table publishing_failing (
    image text primary key references images_image (id),
    organisation text not null references people_organisation (id),
    -- The judgement that was told last.
    run text not null references certification_run (id),
    since integer not null,
    -- When new sales stop by themselves; null for never.
    stops_at integer,
    -- Since when they are stopped; null while it is sold.
    stopped_at integer,
    -- What the operator decided, if anything.
    decided text check (decided in ('stop', 'sell', 'seen')),
    decided_at integer,
    version integer not null default 1
) strict;
create index publishing_failing_organisation on publishing_failing (organisation, image);
