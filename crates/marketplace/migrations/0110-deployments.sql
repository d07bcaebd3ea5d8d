-- chapter: deployments. What runs where, and is it well?

create table deployments_deployment (
    id text primary key,
    orders_order text not null references orders_order (id),
    person text not null references people_person (id),
    organisation text not null references people_organisation (id),
    image text not null references images_image (id),
    content_id text not null,
    -- What it is, as lists show it.
    offer_title text not null,
    host_name text not null,
    user_name text not null,
    ssh_keys text not null,
    cores integer not null,
    memory_mib integer not null,
    open_ports text not null,
    health_path text not null,
    -- Known to the machine and to the house only: whoever answers with it is this machine and no other.
    token text not null,
    wish text not null check (wish in ('running', 'stopped', 'destroyed')),
    -- The stage's name, and what is true in it: JSON of `deployments::Stage`.
    stage text not null,
    stage_data text not null,
    -- When it came into this stage: deadlines are counted from here.
    stage_since integer not null,
    made_at integer not null,
    ended_at integer,
    version integer not null default 1
) strict;
create index deployments_deployment_person on deployments_deployment (person, id);
create index deployments_deployment_organisation on deployments_deployment (organisation, id);
create index deployments_deployment_order on deployments_deployment (orders_order, id);
create index deployments_deployment_stage on deployments_deployment (stage);

-- Every change of stage, with its time: the page counts the seconds from these.
create table deployments_event (
    id text primary key,
    deployment text not null references deployments_deployment (id),
    -- Which change it was: moments may be equal, this never is.
    place integer not null,
    stage text not null,
    data text not null,
    at integer not null
) strict;
create unique index deployments_event_deployment_place on deployments_event (deployment, place);
