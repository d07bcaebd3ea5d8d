-- chapter: publishing. How does a draft become live, and cease to be?

create table publishing_submission (
    id text primary key,
    offer text not null references offers_offer (id),
    organisation text not null references people_organisation (id),
    offer_version text not null references offers_version (id),
    -- The stage's name, and what is true in it: JSON of `publishing::Stage`.
    stage text not null,
    stage_data text not null,
    -- 1 while the submission is on its road; null once it has ended. One running operation an offer.
    running integer check (running = 1),
    submitted_by text not null references people_person (id),
    made_at integer not null,
    ended_at integer,
    version integer not null default 1
) strict;
create unique index publishing_submission_offer_running on publishing_submission (offer, running);
create index publishing_submission_organisation on publishing_submission (organisation, id);
create index publishing_submission_offer on publishing_submission (offer, id);
create index publishing_submission_stage on publishing_submission (stage);

-- The seven steps of a submission, with their real times.
create table publishing_step (
    submission text not null references publishing_submission (id),
    step text not null check (step in ('validate', 'certification', 'provisioning', 'packaging', 'preview', 'sign_off', 'live')),
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    begun_at integer,
    ended_at integer,
    -- What is to be said: a JSON list of keys and blanks.
    messages text not null default '[]',
    primary key (submission, step)
) strict;

create index publishing_step_ended on publishing_step (state, ended_at);

-- What is on sale now. The storefront reads this; nobody has to tell it.
create table publishing_listing (
    offer text primary key references offers_offer (id),
    organisation text not null references people_organisation (id),
    submission text not null references publishing_submission (id),
    offer_version text not null references offers_version (id),
    live_since integer not null,
    changed_at integer not null,
    -- Off sale: no new orders. Those who have bought keep what they have.
    withdrawn_at integer
) strict;
