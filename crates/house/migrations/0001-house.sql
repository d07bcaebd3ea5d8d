-- house: what every market has, whatever it sells.

-- Work that outlives a request. `fence` grows with every claim; only the holder of the newest fence may complete anything.
create table house_job (
    id text primary key,
    kind text not null,
    subject text not null,
    payload text not null,
    state text not null check (state in ('queued', 'running', 'done', 'dead', 'cancelled')),
    run_at integer not null,
    lease_until integer,
    holder text,
    fence integer not null default 0,
    attempts integer not null default 0,
    progress_percent integer not null default 0,
    error text,
    made_at integer not null,
    ended_at integer
) strict;
create index house_job_due on house_job (state, run_at);
create index house_job_subject on house_job (subject, kind);

-- What a job has done already. A restart goes on after the last of these.
create table house_step (
    job text not null references house_job (id),
    name text not null,
    result text not null,
    done_at integer not null,
    primary key (job, name)
) strict;

-- What must leave the house: letters and web hooks. Stored with its cause, delivered at least once.
create table house_outbox (
    id text primary key,
    channel text not null check (channel in ('letter', 'webhook')),
    recipient text not null,
    subject text not null,
    title text not null,
    body text not null,
    secret text,
    made_at integer not null,
    attempts integer not null default 0,
    state text not null check (state in ('waiting', 'delivered', 'dead')),
    ended_at integer,
    answer text
) strict;
create index house_outbox_subject on house_outbox (subject);

-- Who is signed in. Only a hash of the cookie is kept, so a copy of this table opens no door.
create table house_session (
    token_hash text primary key,
    person text not null,
    made_at integer not null,
    expires_at integer not null
) strict;
create index house_session_person on house_session (person);

-- A form sent twice is done once: the key, the change and the answer are stored together.
create table house_attempt (
    key text primary key,
    person text not null,
    answer text not null,
    made_at integer not null
) strict;

-- Who did what, when. Written with the change itself, and never changed.
create table house_audit (
    id text primary key,
    at integer not null,
    who text not null,
    what text not null,
    subject text not null,
    -- Whom it concerns, so that they can be shown their own history; empty where it is nobody's but the house's.
    party text not null,
    details text not null
) strict;
create index house_audit_subject on house_audit (subject, id);
create index house_audit_party on house_audit (party, id);

-- only sqlite
create trigger house_audit_stays before update on house_audit begin select raise(abort, 'the audit log is never changed'); end;
create trigger house_audit_kept before delete on house_audit begin select raise(abort, 'the audit log is never changed'); end;
-- end
-- only postgres
create function house_audit_refuse() returns trigger language plpgsql as $$ begin raise exception 'the audit log is never changed'; end $$;
create trigger house_audit_stays before update or delete on house_audit for each row execute function house_audit_refuse();
-- end
