-- chapter: people. Who is this, in which organisation, with which role?

create table people_person (
    id text primary key,
    -- Lower case; one person an address.
    email text not null,
    name text not null,
    -- Argon2; null until the person has chosen one by the link in a letter.
    password_hash text,
    language text not null check (language in ('en', 'fr')),
    operator integer not null default 0 check (operator in (0, 1)),
    made_at integer not null,
    version integer not null default 1
) strict;
create unique index people_person_email on people_person (email);

create table people_organisation (
    id text primary key,
    name text not null,
    made_at integer not null,
    version integer not null default 1
) strict;

create table people_member (
    organisation text not null references people_organisation (id),
    person text not null references people_person (id),
    role text not null check (role in ('owner', 'contributor')),
    made_at integer not null,
    primary key (organisation, person)
) strict;
create index people_member_person on people_member (person);

-- Links sent by letter: an invitation into an organisation, or a new password. Used once.
create table people_invitation (
    id text primary key,
    purpose text not null check (purpose in ('join', 'password')),
    organisation text references people_organisation (id),
    email text not null,
    role text check (role in ('owner', 'contributor')),
    token_hash text not null,
    made_at integer not null,
    expires_at integer not null,
    used_at integer
) strict;
create unique index people_invitation_token_hash on people_invitation (token_hash);

-- For programs: the secret is shown once, its hash is kept.
create table people_token (
    id text primary key,
    person text not null references people_person (id),
    organisation text not null references people_organisation (id),
    name text not null,
    token_hash text not null,
    made_at integer not null,
    expires_at integer not null,
    used_at integer,
    revoked_at integer
) strict;
create unique index people_token_token_hash on people_token (token_hash);

-- Wrong passwords, counted by address, so that guessing is slow.
create table people_guess (
    email text not null,
    at integer not null
) strict;
create index people_guess_email on people_guess (email, at);

-- What waits for the operator's decision. Whoever needs one puts it here in the same transaction, and takes it off when it is made.
create table people_decision (
    subject text primary key,
    -- A key of the words: what kind of decision it is.
    kind text not null,
    title text not null,
    line text not null,
    address text not null,
    waits_since integer not null,
    due_at integer
) strict;
create index people_decision_waits_since on people_decision (waits_since);
