-- chapter: sellers. May this company sell? Nomination, approval, registration, agreements.

create table sellers_nomination (
    id text primary key,
    organisation text not null references people_organisation (id),
    person text not null references people_person (id),
    product text not null,
    summary text not null,
    relation text not null check (relation in ('runs_on', 'deploys_to', 'integrates')),
    -- What shows it: the function that runs here, how it is deployed, or which service it extends and how.
    relation_shown text not null,
    audience text not null,
    support text not null check (support in ('free', 'paid', 'community')),
    country text not null,
    contact_name text not null,
    contact_email text not null,
    contact_phone text not null,
    -- submitted, asked (more information is wanted), approved, rejected
    stage text not null check (stage in ('submitted', 'asked', 'approved', 'rejected')),
    question text,
    answer text,
    reason text,
    -- Waives the registration fee; told in the letter, valid for one registration of this organisation.
    waiver_code text,
    decided_by text references people_person (id),
    decided_at integer,
    made_at integer not null,
    version integer not null default 1
) strict;
create index sellers_nomination_organisation on sellers_nomination (organisation);
create index sellers_nomination_stage on sellers_nomination (stage, made_at);

-- One row an organisation that has begun the road; who changes its standing holds it, so that two changes come one after the other.
create table sellers_standing (
    organisation text primary key references people_organisation (id),
    held integer not null
) strict;

-- A registered publisher. There is one an organisation, and its row is the registration.
create table sellers_seller (
    organisation text primary key references people_organisation (id),
    -- The publisher's part of every address: /market/{slug}/…; locked once an offer is live.
    slug text not null,
    display_name text not null,
    -- The display name in lower case: no two publishers bear the same.
    display_name_key text not null,
    legal_name text not null,
    country text not null,
    address text not null,
    website text not null,
    contact_name text not null,
    contact_email text not null,
    contact_phone text not null,
    approver_name text not null,
    approver_email text not null,
    approver_phone text not null,
    fee_minor integer not null,
    waiver_code text,
    registered_at integer not null,
    suspended_at integer,
    version integer not null default 1
) strict;
create unique index sellers_seller_slug on sellers_seller (slug);
create unique index sellers_seller_display_name_key on sellers_seller (display_name_key);

create table sellers_acceptance (
    organisation text not null references people_organisation (id),
    agreement text not null,
    edition text not null,
    person text not null references people_person (id),
    accepted_at integer not null,
    primary key (organisation, agreement, edition)
) strict;

-- How far a publisher has come on the road after registering: told by the chapters in which it happens, each once.
create table sellers_milestone (
    organisation text not null references people_organisation (id),
    milestone text not null check (milestone in ('certified', 'drafted', 'live')),
    at integer not null,
    primary key (organisation, milestone)
) strict;
