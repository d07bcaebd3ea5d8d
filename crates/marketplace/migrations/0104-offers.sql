-- chapter: offers. What is for sale: offer, SKUs, prices, listing, artwork.

create table offers_offer (
    id text primary key,
    organisation text not null references people_organisation (id),
    slug text not null,
    -- The draft as it is now: JSON of `offers::Draft`. What is live is a frozen version, never this.
    draft text not null,
    made_at integer not null,
    changed_at integer not null,
    version integer not null default 1
) strict;
create unique index offers_offer_organisation_slug on offers_offer (organisation, slug);

-- The draft as it was submitted. Never changed.
create table offers_version (
    id text primary key,
    offer text not null references offers_offer (id),
    number integer not null,
    document text not null,
    frozen_by text not null references people_person (id),
    frozen_at integer not null
) strict;
create unique index offers_version_offer_number on offers_version (offer, number);

-- Logos and screenshots: PNG, small, kept here so that a page needs one look.
create table offers_artwork (
    id text primary key,
    organisation text not null references people_organisation (id),
    kind text not null check (kind in ('logo', 'screenshot')),
    width integer not null,
    height integer not null,
    sha256 text not null,
    png blob not null,
    made_at integer not null
) strict;
create index offers_artwork_organisation on offers_artwork (organisation);
