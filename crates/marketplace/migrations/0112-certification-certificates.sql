-- chapter: certification. What the market signs, and by which key it is checked.

-- Every key that ever signed here, by its public half: what it signed can be checked for ever.
create table certification_key (
    -- The SHA-256 of the key's SPKI form, as envelopes name it.
    id text primary key check (length(id) = 64),
    -- In PEM.
    public_key text not null,
    first_used_at integer not null
) strict;

-- The signed statement of a run that certified, a DSSE envelope to the letter. It is written with the verdict or after it, never
-- before, and nothing in it changes.
create table certification_certificate (
    run text primary key references certification_run (id),
    key text not null references certification_key (id),
    envelope text not null,
    signed_at integer not null
) strict;
